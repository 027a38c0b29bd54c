//! Pages in HTML that need no other file.

use crate::output::xml::escaped;

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1f2328;--back:#fff;--line:#d1d9e0;--weak:#59636e}\
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--back:#0d1117;--line:#3d444d;--weak:#9198a1}}\
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:72rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.5rem}\
figure{margin:1rem 0;overflow-x:auto;border:1px solid var(--line);border-radius:8px;padding:1rem;text-align:center}\
svg{max-width:none;height:auto}meter{width:12rem;vertical-align:middle}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .7rem;border-bottom:1px solid var(--line);vertical-align:top}\
th{color:var(--weak);font-weight:600}td{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}td:not(:last-child){white-space:nowrap}";

/// A page with a title.
pub fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )
}

/// A picture in a frame.
pub fn figure(svg: &str) -> String {
    format!("<figure>{svg}</figure>\n")
}

/// A table with these columns.
pub fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let cells = |tag: &str, texts: &mut dyn Iterator<Item = &str>| -> String {
        let cells = texts.map(|text| format!("<{tag}>{}</{tag}>", escaped(text)));
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    let head = cells("th", &mut columns.iter().copied());
    let rows: String = rows
        .iter()
        .map(|row| cells("td", &mut row.iter().map(String::as_str)))
        .collect();
    format!("<table>\n{head}{rows}</table>\n")
}
