//! Responses that do not come from AWS: pages of proxies, and responses of emulators that do not
//! support an operation.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::causes::{one_line, shortened};

/// Maximum number of characters of a body in messages.
const SHOWN: usize = 100;
/// Maximum number of bytes of a body to inspect.
const READ: usize = 64 * 1024;

/// HTML elements without visible text, with their ends.
const HIDDEN: [(&str, &str); 3] = [("script", "</script"), ("style", "</style"), ("!--", "-->")];

/// Whether a response is an HTML page, as proxies and load balancers return it.
pub(crate) fn is_page(response: &HttpResponse) -> bool {
    media_type(response) == "text/html"
}

fn media_type(response: &HttpResponse) -> &str {
    let media_type = response
        .headers()
        .try_get("content-type")
        .and_then(Result::ok)
        .unwrap_or("");
    media_type.split(';').next().unwrap_or("").trim()
}

/// Describes the response: its status, media type and the beginning of its text.
pub(crate) fn foreign(response: &HttpResponse) -> String {
    let status = response.status().as_u16();
    let media_type = media_type(response);
    let with = if media_type.is_empty() {
        String::new()
    } else {
        format!(" with {media_type}")
    };
    let body = response.body().bytes().unwrap_or(&[]);
    let body = String::from_utf8_lossy(body.get(..READ).unwrap_or(body));
    // The data of a successful call can be confidential.
    let text = if response.status().is_success() && !is_markup(&body) {
        String::new()
    } else {
        visible(&body)
    };
    let text = if text.is_empty() {
        String::new()
    } else {
        format!(": `{text}`")
    };
    format!(
        "HTTP {status}{with}, which is not a response of AWS{text}. Check the endpoint and the proxy."
    )
}

/// The visible text of a body in one line: the title of a page, or its beginning.
fn visible(body: &str) -> String {
    let text = if is_markup(body) {
        title(body).unwrap_or_else(|| without_tags(body))
    } else {
        body.to_owned()
    };
    shortened(&one_line(&text).replace('`', "'"), SHOWN)
}

fn is_markup(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

fn title(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower.get(start..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    let title = unescaped(html.get(start..end)?.trim());
    (!title.is_empty()).then_some(title)
}

fn without_tags(html: &str) -> String {
    let (mut text, mut rest) = (String::new(), html);
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = after_tag(tag);
    }
    text.push_str(rest);
    unescaped(&text)
}

/// The text after a tag, whose `<` was removed, and after its element if that has no visible text.
fn after_tag(tag: &str) -> &str {
    let begins = |name: &str| {
        tag.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let end = HIDDEN
        .iter()
        .find(|(name, _)| begins(name))
        .map(|(_, end)| tag.to_ascii_lowercase().find(end));
    let tag = match end {
        Some(end) => end.and_then(|end| tag.get(end..)).unwrap_or(""),
        None => tag,
    };
    tag.split_once('>').map_or("", |(_, after)| after)
}

fn unescaped(html: &str) -> String {
    let entities = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(html.to_owned(), |text, (entity, character)| {
            text.replace(entity, character)
        })
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[test]
    fn a_foreign_response_is_one_sentence() {
        let long = "x".repeat(150);
        let cut = format!(
            "HTTP 500 with text/plain, which is not a response of AWS: `{}…`.",
            "x".repeat(100)
        );
        for (status, media_type, body, expected) in [
            (
                404_u16,
                "text/html; charset=utf-8",
                "<!doctype html>\n<html><head><TITLE>404 Not Found</TITLE></head><body><h1>Not Found</h1></body></html>",
                "HTTP 404 with text/html, which is not a response of AWS: `404 Not Found`.",
            ),
            (
                403,
                "text/html",
                "<html><style>h1 { color: red }</style><script>if (a > b) { c() }</script><!-- > no -->\
                 <h1>Blocked</h1>\n<p>by the &quot;gateway&quot; &amp; `co`</p></html>",
                "HTTP 403 with text/html, which is not a response of AWS: `Blocked by the \"gateway\" & 'co'`.",
            ),
            (
                501,
                "application/json",
                "{\"status\": \"no such\n operation\"}",
                "HTTP 501 with application/json, which is not a response of AWS: `{\"status\": \"no such operation\"}`.",
            ),
            (502, "", "", "HTTP 502, which is not a response of AWS."),
            (
                200,
                "application/json",
                "{\"key\": 1}",
                "HTTP 200 with application/json, which is not a response of AWS.",
            ),
            (
                200,
                "text/html",
                "<title>Log in</title>",
                "HTTP 200 with text/html, which is not a response of AWS: `Log in`.",
            ),
            (
                200,
                "text/html",
                "<html",
                "HTTP 200 with text/html, which is not a response of AWS.",
            ),
            (500, "text/plain", long.as_str(), cut.as_str()),
        ] {
            let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            if !media_type.is_empty() {
                response.headers_mut().insert("content-type", media_type);
            }
            assert_eq!(
                foreign(&response),
                format!("{expected} Check the endpoint and the proxy.")
            );
        }
    }
}
