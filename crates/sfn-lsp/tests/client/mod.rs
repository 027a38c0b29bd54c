//! A client of the server, with a folder of files.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead as _, BufReader, PipeReader, PipeWriter, Read as _, Write as _};
use std::thread::JoinHandle;

use asl::linter::Linter;
use asl::{MachineType, RuleFilter, Severity};
use serde_json::{Value, json};
use sfn_lsp::End;
use tempfile::TempDir;

pub struct Client {
    pub folder: TempDir,
    pub to: Option<PipeWriter>,
    pub from: BufReader<PipeReader>,
    pub server: JoinHandle<End>,
    pub notifications: VecDeque<Value>,
    pub versions: i32,
    pub asked: i32,
    /// The text and version of each open file.
    pub texts: std::collections::HashMap<String, (String, i32)>,
}

impl Client {
    /// A client with files on disk, which has initialized the server.
    pub fn start(files: &[(&str, &str)]) -> Self {
        Self::start_with(files, &json!({}))
    }

    pub fn start_with(files: &[(&str, &str)], capabilities: &Value) -> Self {
        let mut client = Self::silent();
        for (name, text) in files {
            client.write(name, text);
        }
        client.initialize(capabilities);
        client
    }

    /// A client that has said nothing yet.
    pub fn silent() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (input, to) = std::io::pipe().unwrap();
        let (from, mut output) = std::io::pipe().unwrap();
        let settings_file = folder.path().join("sfn.toml");
        let server = std::thread::spawn(move || {
            // As the command reads them: the codes to ignore, and the level.
            let settings = move |_: &std::path::Path| {
                let text = fs::read_to_string(&settings_file).unwrap_or_default();
                let ignore: Vec<String> = text
                    .split('"')
                    .filter(|word| word.starts_with("ASL"))
                    .map(str::to_owned)
                    .collect();
                let level = if text.contains("lint") {
                    Severity::Lint
                } else {
                    Severity::Warning
                };
                if text.contains("nothing") {
                    return Err("there is no rule `nothing`".to_owned());
                }
                let filter = RuleFilter {
                    level,
                    ignore,
                    ..RuleFilter::ALL
                };
                Ok(Linter::new(MachineType::Standard).with_filter(filter))
            };
            sfn_lsp::run(BufReader::new(input), &mut output, &settings).unwrap()
        });
        Self {
            folder,
            to: Some(to),
            from: BufReader::new(from),
            server,
            notifications: VecDeque::new(),
            versions: 0,
            asked: 0,
            texts: std::collections::HashMap::new(),
        }
    }

    pub fn initialize(&mut self, capabilities: &Value) {
        let answer = self.ask(
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": capabilities }),
        );
        assert_eq!(answer["serverInfo"]["name"], "sfn");
        self.notify("initialized", json!({}));
    }

    pub fn uri(&self, name: &str) -> String {
        format!("file://{}/{name}", self.folder.path().display())
    }

    pub fn write(&mut self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Opens a file, or changes it. Returns the position of `‸`, which is not a part of the text.
    pub fn open(&mut self, name: &str, marked: &str) -> Value {
        let text = marked.replace('‸', "");
        let before = marked.split('‸').next().unwrap();
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        self.versions += 1;
        let id = json!({ "uri": self.uri(name), "version": self.versions });
        if self
            .texts
            .insert(name.to_owned(), (text.clone(), self.versions))
            .is_none()
        {
            let item = json!({ "uri": self.uri(name), "languageId": "x", "version": self.versions, "text": text });
            self.notify("textDocument/didOpen", json!({ "textDocument": item }));
        } else {
            self.notify(
                "textDocument/didChange",
                json!({ "textDocument": id, "contentChanges": [{ "text": text }] }),
            );
        }
        json!({ "textDocument": { "uri": self.uri(name) }, "position": { "line": line, "character": character } })
    }

    /// Waits for the diagnostics of the last version of a file, or of one that was closed.
    pub fn published(&mut self, name: &str) -> Value {
        let (uri, version) = (
            self.uri(name),
            self.texts.get(name).map(|(_, version)| *version),
        );
        let is_wanted = |params: &Value| {
            params["uri"] == *uri && (params["version"].as_i64() == version.map(i64::from))
        };
        self.notified("textDocument/publishDiagnostics", is_wanted)
    }

    pub fn notified(&mut self, method: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = match self.notifications.pop_front() {
                Some(message) => message,
                None => self.receive(),
            };
            if message["method"] == method && is_wanted(&message["params"]) {
                return message["params"].clone();
            }
        }
    }

    /// Asks and returns the result.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    pub fn answer(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = if self.asked % 2 == 0 {
            json!(self.asked)
        } else {
            json!(self.asked.to_string())
        };
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id {
                return message;
            }
            self.notifications.push_back(message);
        }
    }

    /// Ends the session as the protocol has it.
    pub fn end(mut self) {
        let shutdown = self.answer("shutdown", Value::Null);
        assert!(
            shutdown["error"].is_null()
                || shutdown["error"]["message"] == "the server is shut down"
        );
        self.notify("exit", Value::Null);
        assert_eq!(self.server.join().unwrap(), End::Shutdown);
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(
            self.to.as_mut().unwrap(),
            "Content-Length: {}\r\n\r\n{text}",
            text.len()
        )
        .unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(
                self.from.read_line(&mut line).unwrap() > 0,
                "the server has ended"
            );
            match line.trim().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().unwrap(),
                None => break,
            }
        }
        let mut content = vec![0; length];
        self.from.read_exact(&mut content).unwrap();
        serde_json::from_slice(&content).unwrap()
    }
}
