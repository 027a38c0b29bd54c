"""Checks the same definitions with sfn and with other validators, and compares the results and the time.

usage: peers.py CORPUS SFN [SAMPLE]

CORPUS is a folder with `index.jsonl`, whose lines have `file`, `verdict`, `basis` and `state_machine_type`. SFN is the path of
the command of this repository. With SAMPLE, only every SAMPLE-th file is checked. `statelint` and `cfn-lint` (from PyPI) and
`asl-validator` (from npm, on the PATH) run if they are installed. `cfn-lint` and `asl-validator` run one process for each file.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TRUSTED = ("aws-recorded", "aws-measured", "aws-deploy", "aws-measured-derived", "localstack-aws-validated-test", "published")


def entries(corpus):
    for line in (corpus / "index.jsonl").read_text().splitlines():
        entry = json.loads(line)
        file = corpus / entry["file"]
        if entry["verdict"] in ("valid", "invalid") and file.exists():
            yield file, entry


def by_sfn(sfn, files):
    """Returns the files that sfn rejects."""
    refused = set()
    for kind in ("STANDARD", "EXPRESS"):
        some = [str(file) for file, entry in files if entry["state_machine_type"] == kind]
        if some:
            arguments = [sfn, "validate", "--type", kind, "--level", "error", "--format", "json"]
            answer = subprocess.run(arguments + some, capture_output=True, text=True).stdout
            refused |= {file["file"] for file in json.loads(answer)["files"] if file["findings"]}
    return refused


def by_statelint(files):
    from statelint.linter import Linter

    refused = set()
    for file, _ in files:
        try:
            problems = Linter.validate(json.loads(file.read_text()))
        except Exception:
            problems = ["not valid JSON, or the linter failed"]
        if problems:
            refused.add(str(file))
    return refused


def by_command(command, wrap, files):
    refused = set()
    with tempfile.TemporaryDirectory() as folder:
        for file, _ in files:
            target = wrap(file, pathlib.Path(folder))
            if subprocess.run([*command, str(target)], capture_output=True).returncode:
                refused.add(str(file))
    return refused


def as_template(file, folder):
    """Writes a CloudFormation template that contains a definition, for cfn-lint."""
    try:
        definition = json.loads(file.read_text())
    except ValueError:
        definition = {}
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/r", "Definition": definition}
    template = {"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}
    target = folder / "template.json"
    target.write_text(json.dumps(template))
    return target


def main():
    corpus, sfn = pathlib.Path(sys.argv[1]), sys.argv[2]
    files = list(entries(corpus))[:: int(sys.argv[3]) if len(sys.argv) > 3 else 1]
    peers = {"sfn": lambda: by_sfn(sfn, files)}
    try:
        import statelint  # noqa: F401

        peers["statelint"] = lambda: by_statelint(files)
    except ImportError:
        print("skipped: statelint is not installed")
    for name, command, wrap in (
        ("asl-validator", ["asl-validator", "--json-path"], lambda file, _: file),
        ("cfn-lint", ["cfn-lint", "--"], as_template),
    ):
        if shutil.which(command[0]):
            peers[name] = lambda command=command, wrap=wrap: by_command(command, wrap, files)
        else:
            print(f"skipped: {name} is not installed")
    trusted = [(file, entry) for file, entry in files if entry["basis"] in TRUSTED]
    mutants = [file for file, entry in files if entry["basis"] == "mutant"]
    valid = [file for file, entry in trusted if entry["verdict"] == "valid"]
    invalid = [file for file, entry in trusted if entry["verdict"] == "invalid"]
    print(f"| validator | valid rejected (of {len(valid)}) | invalid accepted (of {len(invalid)}) "
          f"| mutants accepted (of {len(mutants)}) | seconds for {len(files)} files |")
    print("| --- | --- | --- | --- | --- |")
    for name, judge in peers.items():
        start = time.time()
        refused = judge()
        seconds = time.time() - start
        wrong = sum(str(file) in refused for file in valid)
        missed = sum(str(file) not in refused for file in invalid)
        survived = sum(str(file) not in refused for file in mutants)
        print(f"| {name} | {wrong} | {missed} | {survived} | {seconds:.1f} |")


main()
