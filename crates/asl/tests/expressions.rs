//! JSONata expressions, paths and intrinsic functions, as trees and as errors with their places.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use asl::intrinsic::Call;
use asl::jsonata::{Kind, Node};
use asl::jsonpath::Path;

/// A tree in one line: the kind of each part, with its text in `[…]`.
fn written(text: &str, node: &Node) -> String {
    let name = match &node.kind {
        Kind::Binary(operator, ..) => format!("{operator:?}"),
        Kind::Bind(_, name) | Kind::Assign(name, _) => format!("{}${name}", kind(node)),
        Kind::Lambda(names, _) => format!("Lambda({})", names.join(" ")),
        Kind::Text(value) => format!("Text({value:?})"),
        _ => kind(node),
    };
    let parts: Vec<String> = node
        .parts()
        .into_iter()
        .map(|part| written(text, part))
        .collect();
    let shown = text.get(node.span.clone()).unwrap();
    if parts.is_empty() {
        format!("{name}[{shown}]")
    } else {
        format!("{name}[{shown}]({})", parts.join(", "))
    }
}

/// The name of the variant.
fn kind(node: &Node) -> String {
    format!("{:?}", node.kind)
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .collect()
}

/// A line that marks the place of an error.
fn marked(text: &str, span: &std::ops::Range<usize>) -> String {
    let before = text.get(..span.start).unwrap_or(text).chars().count();
    let width = text
        .get(span.clone())
        .map_or(1, |part| part.chars().count().max(1));
    format!("{}{}", " ".repeat(before), "^".repeat(width))
}

#[test]
fn jsonata_trees() {
    let texts = [
        "a.b.c",
        "$states.input.a",
        "$.a",
        "$$.b",
        "a[0]",
        "a[]",
        "a[b = 1].c",
        "a.b[c][0]",
        "a^(b)",
        "a^(<b, >c, d.e)",
        "a{b: c}",
        "a.b{c: $sum(d), 'e': 1}",
        "a@$x.b",
        "a#$i.b",
        "a.(b; c)",
        "(a; $b := 1; $b)",
        "()",
        "[1, 2..5, 'x']",
        "[]",
        "{}",
        "{'a': 1, b: c}",
        "1 + 2 * 3 - 4 / 5 % 6",
        "(1 + 2) * 3",
        "-a",
        "- 1",
        "-(a)",
        "a & 'b' & \"c\"",
        "a = 1 and b != 2 or c in [1, 2]",
        "a < 1 and b <= 2 or c > 3 and d >= 4",
        "a ? b : c",
        "a ? b",
        "a ? b ? c : d : e",
        "$f(1, ?, a)",
        "$f()",
        "$f(1)(2)",
        "function($x, $y){$x + $y}",
        "function(){1}",
        "λ($x){$x}",
        "function($x)<n-n:n>{$x}",
        "function($x)<a<n>:f<s:b>>{$x}",
        "function($x)<(ns)?:o>{$x}",
        "$map(a, function($v, $i){$v})",
        "a ~> $f ~> $g(1)",
        "| a | {'b': 1} |",
        "| a.b | {}, ['c'] |",
        "*",
        "a.*.b",
        "**.c",
        "a.%.b",
        "a.%.%.b",
        "/a+/i",
        "/a\\/b[/]c/m",
        "$match(a, /x/)",
        "`a b`.c",
        "'it''s'",
        "\"\\u00e9\\n\"",
        "'\\t\\\\'",
        "1.5e-3",
        "1e10",
        "0.1",
        "true",
        "false",
        "null",
        "and.or.in",
        "and = or",
        "a.and",
        "/* c */ a /* d */ + b",
        "$a.b := 1",
        "$x := $y := 2",
        "a.'b'.\"c\"",
        "a.b.[c]",
        "a.{'b': c}",
        "a := 1",
        "1..3",
        "a..b",
        "x.$f(y)",
        "$lookup(a, 'b').c[d.e = $v].f",
        "$a[-1]",
        "a[b and c]",
        "a in b",
        "(a).b",
        "a.b^(c)[0]",
        "äö.ü",
        "$ä",
        "a\u{b}+\tb",
        "a?:b",
        "a??b",
        "a ?: b ?? c",
    ];
    let errors = [
        "",
        " ",
        "a.",
        ".a",
        "a..",
        "(a",
        "a)",
        "[a",
        "a]",
        "{a",
        "{'a'}",
        "{'a': }",
        "{'a': 1,}",
        "[1,",
        "[1 2]",
        "a b",
        "1 a",
        "+",
        "a +",
        "a + + b",
        "a ? ",
        "a ? b :",
        "'open",
        "\"open",
        "`open",
        "/open",
        "/* open",
        "'\\x'",
        "'\\u12'",
        "$f(",
        "$f(1",
        "$f(1,)",
        "function($x",
        "function(x){1}",
        "function($x){1",
        "function($x)<n{1}",
        "function($x)<n",
        "function($x)<n}{1}",
        "a[",
        "a[0",
        "a^",
        "a^(",
        "a^b",
        "a@",
        "a@b",
        "a#",
        "a#1",
        "a := ",
        "1 := 2",
        "| a |",
        "| a",
        "| a | b",
        "1e999",
        "a.1",
        "a.1[0]",
        "a.true",
        "a.null.b",
        "a ! b",
        "a = = b",
        "#",
        "@",
        "~",
        "a ~ b",
        "a ~> ",
        "a{b}",
        "a{b:}",
        "a{b: c",
        "! a",
        "a:b",
        ";",
        "(a;",
        "(a;;b)",
        "%",
        "a{b: c}{d: e}",
        "[1]{'a': b}[0]",
        "a[0]@$x",
        "é é",
        "$f(é",
        "1.",
        "1.e2",
        ".5",
        "01",
        "a[0",
    ];
    let shown = texts
        .iter()
        .chain(&errors)
        .map(|text| match asl::jsonata::parse(text) {
            Ok(tree) => format!("{text}\n  {}", written(text, &tree)),
            Err(error) => format!("{text}\n{} {}", marked(text, &error.span), error.message),
        });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn paths() {
    let texts = [
        "$",
        "$.a",
        "$.a.b",
        "$['a']",
        "$['a b'].c",
        "$[\"a\"]",
        "$['a','b']",
        "$['it\\'s']",
        "$.a[0]",
        "$.a[-1]",
        "$.a[0,1]",
        "$.a[0:2]",
        "$.a[:2]",
        "$.a[1:]",
        "$.a[:]",
        "$.a[*]",
        "$.*",
        "$..a",
        "$..*",
        "$..[0]",
        "$.a[?(@.b)]",
        "$.a[?(@.b == 'c')].d",
        "$.a[?(@.b > 1 && @.c < 2 || !(@.d))]",
        "$.a[?(@.b =~ /x/i)]",
        "$.a[?(@['b'] in ['c'])]",
        "$.a.length()",
        "$.a.min()",
        "$$",
        "$$.Execution.Id",
        "$$.Map.Item.Value.x",
        "$x",
        "$x.a[0]",
        "$ä.ö",
        "$.a-b",
        "$.a_b",
        "$.1",
        "$.a ",
        " $.a",
        "$.ä",
    ];
    let errors = [
        "",
        "a",
        "$.",
        "$.a.",
        "$..",
        "$.a[",
        "$.a[]",
        "$.a[0",
        "$.a['b",
        "$.a['b'",
        "$.a[b]",
        "$.a[?]",
        "$.a[?(",
        "$.a[?(@.b",
        "$.a[1 2]",
        "$a b",
        "$.a b",
        "$[",
        "$.a[0][",
        "$.a(1)",
        "$.a[0:a]",
        "$.a['']",
        "$.$",
        "$.a..",
        "$.a[?(@.b == )]",
        "$x.",
        "$.a]",
        "$,",
        "$.a,b",
        "$.a[0,]",
        "$.é[",
    ];
    let shown = texts
        .iter()
        .chain(&errors)
        .map(|text| match Path::parse(text) {
            Ok(path) => format!("{text}\n  {:?} {:?}", path.root, path.segments),
            Err(error) => format!("{text}\n{} {}", marked(text, &error.span), error.message),
        });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn intrinsic_calls() {
    let texts = [
        "States.UUID()",
        "States.Format('a {} b', $.c)",
        "States.Format('it\\'s \\{\\} {}', 1)",
        "States.Array(1, -2.5, 'a', true, null, $.b, $$.c, $d)",
        "States.ArrayContains(States.Array(1, 2), $.x)",
        "States.JsonMerge($.a, $.b, false)",
        "States.MathAdd(1,2)",
        "States.Array( 1 , 2 )",
        "States.Array()",
        "States.StringSplit('a,b', ',')",
        "States.Base64Encode('ä')",
        "States.",
        "States.Foo()",
        "States.Array(",
        "States.Array(1",
        "States.Array(1,",
        "States.Array(1,)",
        "States.Array(,1)",
        "States.Array(1 2)",
        "States.Array('a)",
        "States.Array('a\\')",
        "States.Array(1))",
        "States.Array(1) x",
        "States.Array(a)",
        "States.Array($.)",
        "States.Array",
        "Foo.Bar(1)",
        "states.array(1)",
        "States.Array(1.)",
        "States.Array(--1)",
        "States.Format('é', é)",
    ];
    let shown = texts.iter().map(|text| match Call::parse(text) {
        Ok(call) => format!("{text}\n  {call:?}"),
        Err(error) => format!("{text}\n{} {}", marked(text, &error.span), error.message),
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
}
