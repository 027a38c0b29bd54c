//! Pages in HTML that need no other file.

use crate::output::course::{pretty, short};
use crate::output::xml::escaped;

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1f2328;--back:#fff;--line:#d1d9e0;--weak:#59636e;--bad:#cf222e;--bad-back:#ffebe9}\
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--back:#0d1117;--line:#3d444d;--weak:#9198a1;--bad:#f85149;--bad-back:#2d1216}}\
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:72rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.5rem}\
figure{margin:1rem 0;overflow-x:auto;border:1px solid var(--line);border-radius:8px;padding:1rem;text-align:center}\
svg{max-width:none;height:auto}meter{width:12rem;vertical-align:middle}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .7rem;border-bottom:1px solid var(--line);vertical-align:top}\
th{color:var(--weak);font-weight:600}td{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}td:not(:last-child){white-space:nowrap}\
table.data td{white-space:normal}table.data td:nth-child(-n+5){white-space:nowrap}ol{margin:0;padding-left:1.2rem}summary{cursor:pointer}\
pre{margin:.3rem 0;white-space:pre-wrap;overflow-wrap:anywhere;max-height:30rem;overflow:auto}\
.bad{color:var(--bad)}div.bad{color:inherit;background:var(--bad-back);border:1px solid var(--bad);border-radius:8px;padding:.2rem 1rem;margin:1rem 0}";

/// The page loads nothing and runs no program, whatever the data in it contains.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// A page with a title.
pub fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )
}

/// A picture in a frame.
pub fn figure(svg: &str) -> String {
    format!("<figure>{svg}</figure>\n")
}

/// A part of a page, whose texts are escaped.
pub struct Markup(String);

impl Markup {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self(escaped(text))
    }

    /// The name of an error, or a text about one.
    pub fn bad(text: &str) -> Self {
        Self(format!("<span class=\"bad\">{}</span>", escaped(text)))
    }

    /// Data, which is folded if it is long.
    pub fn data(text: &str) -> Self {
        let short = short(text);
        if short == text {
            return Self::text(text);
        }
        Self(format!(
            "<details><summary>{}</summary><pre>{}</pre></details>",
            escaped(&short),
            escaped(&pretty(text))
        ))
    }

    /// Numbered texts.
    pub fn list(texts: &[String]) -> Self {
        let texts = texts.iter();
        let items: String = texts
            .map(|text| format!("<li>{}</li>", escaped(text)))
            .collect();
        Self(format!("<ol>{items}</ol>"))
    }
}

/// A note about a failure.
pub fn failure(title: &str, cause: Option<&str>) -> String {
    let cause = cause.map_or_else(String::new, |cause| {
        format!("<pre>{}</pre>", escaped(&pretty(cause)))
    });
    format!(
        "<div class=\"bad\"><p><strong>{}</strong></p>{cause}</div>\n",
        escaped(title)
    )
}

/// A table with these columns.
pub fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let cells =
        |row: &Vec<String>| -> Vec<Markup> { row.iter().map(|text| Markup::text(text)).collect() };
    let rows: Vec<Vec<Markup>> = rows.iter().map(cells).collect();
    tagged("<table>", columns, &rows)
}

/// A table with these columns, whose cells can be long.
pub fn data_table(columns: &[&str], rows: &[Vec<Markup>]) -> String {
    tagged("<table class=\"data\">", columns, rows)
}

fn tagged(tag: &str, columns: &[&str], rows: &[Vec<Markup>]) -> String {
    let columns: String = columns
        .iter()
        .map(|column| format!("<th>{}</th>", escaped(column)))
        .collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells = row.iter().map(|cell| format!("<td>{}</td>", cell.0));
            format!("<tr>{}</tr>\n", cells.collect::<String>())
        })
        .collect();
    format!("{tag}\n<tr>{columns}</tr>\n{rows}</table>\n")
}
