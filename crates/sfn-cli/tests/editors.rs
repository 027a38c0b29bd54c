//! The language server as editors start it: with the settings of `editors`, and in a real editor if one is installed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const DEFINITION: &str = "{\n  \"StartAt\": \"Frist\",\n  \"States\": {\n    \"First\": { \"Type\": \"Pass\", \"Next\": \"Last\" },\n    \"Last\": { \"Type\": \"Succeed\" }\n  }\n}\n";

/// Opens a file, prints its diagnostics, applies the repair, renames a state, and writes the file.
const SCRIPT: &str = r#"
require("sfn").setup({ cmd = { vim.env.SFN, "server" } })
vim.cmd("edit order.asl.json")
local function wait(done) assert(vim.wait(20000, done, 50), "the server does not answer") end
wait(function() return #vim.diagnostic.get(0) > 0 end)
for _, found in ipairs(vim.diagnostic.get(0)) do print(found.lnum, found.code, found.message) end
local client = vim.lsp.get_active_clients()[1]
local function ask(method, line, column, more)
  local params = vim.tbl_extend("force", { textDocument = vim.lsp.util.make_text_document_params(), position = { line = line, character = column } }, more or {})
  return vim.lsp.buf_request_sync(0, method, params, 20000)[client.id].result
end
local range = { start = { line = 1, character = 14 }, ["end"] = { line = 1, character = 19 } }
local actions = ask("textDocument/codeAction", 1, 15, { range = range, context = { diagnostics = {} } })
print(actions[1].title)
vim.lsp.util.apply_workspace_edit(actions[1].edit, client.offset_encoding)
vim.lsp.util.apply_workspace_edit(ask("textDocument/rename", 4, 6, { newName = "Done" }), client.offset_encoding)
wait(function() return #vim.diagnostic.get(0) == 0 end)
local lens = ask("textDocument/codeLens", 0, 0)[1]
print(lens.command.title)
vim.cmd("write")
vim.lsp.commands[lens.command.command](lens.command, { bufnr = vim.api.nvim_get_current_buf() })
wait(function() return vim.bo.filetype == "markdown" end)
print(vim.api.nvim_buf_get_lines(0, 0, 2, false)[2])
vim.cmd("qall!")
"#;

fn editors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../editors")
        .canonicalize()
        .unwrap()
}

#[test]
fn neovim_shows_and_repairs_mistakes() {
    let version = Command::new("nvim")
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    if !version.is_ok_and(|output| output.status.success()) {
        println!("skipped: the language server in Neovim: nvim is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("order.asl.json"), DEFINITION).unwrap();
    fs::write(folder.path().join("script.lua"), SCRIPT).unwrap();
    let path = format!(
        "lua package.path = '{}/neovim/?.lua;' .. package.path",
        editors().display()
    );
    let output = Command::new("nvim")
        .args([
            "--headless",
            "--clean",
            "-c",
            &path,
            "-c",
            "luafile script.lua",
            "-c",
            "cquit",
        ])
        .current_dir(folder.path())
        .env("SFN", env!("CARGO_BIN_EXE_sfn"))
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).replace('\r', "");
    let expected = [
        "1 ASL2001 there is no state `Frist`",
        "Replace with `First`",
        "Show graph",
        "flowchart TD",
    ];
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in expected {
        assert!(words.contains(line), "`{line}` is not in:\n{said}");
    }
    let written = fs::read_to_string(folder.path().join("order.asl.json")).unwrap();
    assert_eq!(
        written,
        DEFINITION.replace("Frist", "First").replace("Last", "Done")
    );
}

/// The settings start the command that exists.
#[test]
fn settings_of_editors_are_readable() {
    let read = |name: &str| fs::read_to_string(editors().join(name)).unwrap();
    let helix: toml::Value = toml::from_str(&read("helix/languages.toml")).unwrap();
    assert_eq!(
        helix["language-server"]["sfn"]["args"][0].as_str(),
        Some("server")
    );
    let zed: serde_json::Value = serde_json::from_str(&read("zed/settings.json")).unwrap();
    assert_eq!(zed["lsp"]["sfn"]["binary"]["arguments"][0], "server");
    let code: serde_json::Value = serde_json::from_str(&read("vscode/package.json")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(code["version"], version);
    let action = read("../action.yml");
    assert!(
        action.contains(&format!("default: {version}\n")),
        "{action}"
    );
    assert!(
        editors()
            .join("vscode")
            .join(code["main"].as_str().unwrap())
            .exists()
    );
    assert!(read("vscode/extension.js").contains("args: [\"server\"]"));
}
