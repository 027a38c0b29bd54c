//! What only the tests do: errors, edits, saving and closing files.

use std::fs;

use serde_json::{Value, json};
use sfn_lsp::End;

use super::client::Client;

impl Client {
    pub fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    pub fn save(&mut self, name: &str) {
        self.notify(
            "textDocument/didSave",
            json!({ "textDocument": { "uri": self.uri(name) } }),
        );
    }

    pub fn close(&mut self, name: &str) {
        self.texts.remove(name);
        self.notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": self.uri(name) } }),
        );
    }

    /// Waits for a message to the user.
    pub fn shown(&mut self) -> String {
        self.notified("window/showMessage", |_| true)["message"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Asks and returns the message of the error.
    pub fn fail(&mut self, method: &str, params: Value) -> String {
        let answer = self.answer(method, params);
        answer["error"]["message"]
            .as_str()
            .unwrap_or_else(|| panic!("{method}: {answer}"))
            .to_owned()
    }

    /// The files of an edit as they are after it, in the order of their names.
    pub fn applied(&self, edit: &Value) -> Vec<(String, String)> {
        let mut files: Vec<(String, String)> = Vec::new();
        for (uri, edits) in edit["changes"].as_object().unwrap() {
            let name = uri.rsplit('/').next().unwrap();
            let on_disk = || fs::read_to_string(self.folder.path().join(name)).unwrap();
            let text = self
                .texts
                .get(name)
                .map_or_else(on_disk, |(text, _)| text.clone());
            let offset = |position: &Value| {
                let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
                let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
                start + usize::try_from(position["character"].as_u64().unwrap()).unwrap()
            };
            let of = |edit: &Value| {
                let new = edit["newText"].as_str().unwrap().to_owned();
                (
                    offset(&edit["range"]["start"])..offset(&edit["range"]["end"]),
                    new,
                )
            };
            let mut edits: Vec<_> = edits.as_array().unwrap().iter().map(of).collect();
            edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
            let mut changed = text.clone();
            edits
                .into_iter()
                .for_each(|(span, new)| changed.replace_range(span, &new));
            files.push((name.to_owned(), changed));
        }
        files.sort();
        files
    }

    /// Closes the connection.
    pub fn abandon(mut self) -> End {
        drop(self.to.take());
        self.server.join().unwrap()
    }
}
