//! The server: messages in, answers and diagnostics out.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc;

use asl::linter::Linter;
use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProvider, CodeLensOptions,
    CodeLensParams, CompletionItem, CompletionItemKind, CompletionItemTextEdit, CompletionOptions,
    CompletionParams, Contents, DefinitionProvider, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentHighlight, DocumentHighlightProvider, DocumentSymbolParams, DocumentSymbolProvider,
    Documentation, ExecuteCommandOptions, ExecuteCommandParams, Hover, HoverProvider,
    InitializeParams, InitializeResult, Location, MarkupContent, MarkupKind,
    PrepareRenamePlaceholder, PublishDiagnosticsParams, ReferenceParams, ReferencesProvider,
    RenameOptions, RenameParams, RenameProvider, ServerCapabilities, ServerInfo,
    TextDocumentContentChangeEvent, TextDocumentPositionParams, TextDocumentSync,
    TextDocumentSyncKind, TextEdit,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::completion::{Completion, CompletionKind, complete};
use crate::documents::{Document, Documents};
use crate::navigation::{self, GRAPH_COMMAND, Place};
use crate::text::Encoding;
use crate::transport::{Message, ResponseError, notify, read, respond};
use crate::{diagnostics, hover};

/// The settings of the files in a folder: which rules are checked.
pub type Settings<'s> = &'s dyn Fn(&Path) -> Result<Linter, String>;

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The client asked for it.
    Shutdown,
    /// The client ended without asking.
    Abandoned,
}

/// Serves one client until it ends the session.
///
/// # Errors
/// Where the input cannot be read or does not follow the protocol, or where the output cannot be written.
pub fn run(
    input: impl BufRead + Send + 'static,
    output: &mut dyn Write,
    settings: Settings<'_>,
) -> io::Result<End> {
    let (sender, messages) = mpsc::channel();
    // Not joined: it waits for input that may never come.
    std::thread::spawn(move || {
        let mut input = input;
        loop {
            let message = read(&mut input);
            let is_last = !matches!(message, Ok(Some(_)));
            if sender.send(message).is_err() || is_last {
                return;
            }
        }
    });
    let mut server = Server {
        output,
        settings,
        session: None,
        is_shut_down: false,
    };
    while let Ok(message) = messages.recv() {
        let Some(message) = message? else { break };
        if let Some(end) = server.take(message)? {
            return Ok(end);
        }
        // A burst of changes is checked once.
        while let Ok(message) = messages.try_recv() {
            let Some(message) = message? else {
                return Ok(server.end());
            };
            if let Some(end) = server.take(message)? {
                return Ok(end);
            }
        }
        server.publish()?;
    }
    Ok(server.end())
}

struct Server<'s> {
    output: &'s mut dyn Write,
    settings: Settings<'s>,
    session: Option<Session>,
    is_shut_down: bool,
}

/// What the server knows after `initialize`.
struct Session {
    documents: Documents,
    /// The files to check.
    changed: Vec<Rc<Document>>,
    /// The last problem with the settings, which is shown once.
    problem: Option<String>,
}

impl Server<'_> {
    fn end(&self) -> End {
        if self.is_shut_down {
            End::Shutdown
        } else {
            End::Abandoned
        }
    }

    fn take(&mut self, message: Message) -> io::Result<Option<End>> {
        match message {
            Message::Response => {}
            Message::Notification { method, .. } if method == "exit" => {
                return Ok(Some(self.end()));
            }
            Message::Notification { method, params } => {
                if let Some(session) = &mut self.session
                    && let Some(closed) = session.notified(&method, params)
                {
                    notify(self.output, "textDocument/publishDiagnostics", &closed)?;
                }
            }
            Message::Request { id, method, params } => {
                let outcome = self.answer(&method, params);
                respond(self.output, &id, outcome)?;
            }
        }
        Ok(None)
    }

    fn answer(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        if self.is_shut_down {
            return Err(ResponseError::new(
                ResponseError::INVALID_REQUEST,
                "the server is shut down",
            ));
        }
        match (method, &mut self.session) {
            ("initialize", None) => {
                let client: InitializeParams = parameters(params)?;
                let encoding = Encoding::negotiate(&client);
                self.session = Some(Session {
                    documents: Documents::new(encoding),
                    changed: Vec::new(),
                    problem: None,
                });
                result(initialized(encoding))
            }
            ("shutdown", Some(_)) => {
                self.is_shut_down = true;
                Ok(Value::Null)
            }
            (_, Some(session)) => session.answer(method, params),
            (_, None) => Err(ResponseError::new(
                ResponseError::NOT_INITIALIZED,
                "`initialize` is the first request",
            )),
        }
    }

    /// Checks the files that have changed, and publishes what was found.
    fn publish(&mut self) -> io::Result<()> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        for document in std::mem::take(&mut session.changed) {
            let folder = document.path.parent().unwrap_or(Path::new(""));
            let linter = match (self.settings)(folder) {
                Ok(linter) => linter,
                Err(problem) => {
                    if session.problem.as_ref() != Some(&problem) {
                        let message = printable::printable(&problem).into_owned();
                        notify(
                            self.output,
                            "window/showMessage",
                            &serde_json::json!({"type": 2, "message": message}),
                        )?;
                        session.problem = Some(problem);
                    }
                    continue;
                }
            };
            document
                .findings
                .replace(diagnostics::check(&document, &linter));
            let published = PublishDiagnosticsParams {
                uri: document.uri.clone(),
                version: document.version,
                diagnostics: {
                    let findings = document.findings.borrow();
                    findings
                        .iter()
                        .map(|finding| diagnostics::diagnostic(finding, &document))
                        .collect()
                },
            };
            notify(self.output, "textDocument/publishDiagnostics", &published)?;
        }
        Ok(())
    }
}

impl Session {
    /// Takes a notification. Returns the empty diagnostics of a file that was closed.
    fn notified(&mut self, method: &str, params: Value) -> Option<PublishDiagnosticsParams> {
        match method {
            "textDocument/didOpen" => {
                let opened: DidOpenTextDocumentParams = serde_json::from_value(params).ok()?;
                let item = opened.text_document;
                self.set(item.uri, item.version, item.text);
            }
            "textDocument/didChange" => {
                let changed: DidChangeTextDocumentParams = serde_json::from_value(params).ok()?;
                let whole = changed
                    .content_changes
                    .into_iter()
                    .rev()
                    .find_map(|change| {
                        match change {
                        TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(
                            whole,
                        ) => Some(whole.text),
                        // Only whole texts are asked for.
                        TextDocumentContentChangeEvent::TextDocumentContentChangePartial(_) => None,
                    }
                    });
                let id = changed.text_document;
                self.set(id.text_document_identifier.uri, id.version, whole?);
            }
            // The settings may have changed as well.
            "textDocument/didSave" => {
                let saved: DidSaveTextDocumentParams = serde_json::from_value(params).ok()?;
                self.changed
                    .extend(self.documents.get(&saved.text_document.uri));
            }
            "textDocument/didClose" => {
                let closed: DidCloseTextDocumentParams = serde_json::from_value(params).ok()?;
                let uri = closed.text_document.uri;
                self.documents.close(&uri);
                self.changed.retain(|document| document.uri != uri);
                return Some(PublishDiagnosticsParams {
                    uri,
                    version: None,
                    diagnostics: Vec::new(),
                });
            }
            _ => {}
        }
        None
    }

    fn set(&mut self, uri: gen_lsp_types::Uri, version: i32, text: String) {
        self.changed.retain(|document| document.uri != uri);
        let document = self.documents.set(uri, version, text);
        self.changed.push(document);
    }

    fn answer(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        match method {
            "textDocument/completion" => {
                let asked: CompletionParams = parameters(params)?;
                self.at(&asked.text_document_position_params, |document, at| {
                    complete(document, at)
                        .into_iter()
                        .map(|found| item(found, document))
                        .collect::<Vec<_>>()
                })
            }
            "textDocument/hover" => self.at(&parameters(params)?, |document, at| {
                hover::hover(document, at).map(|(value, span)| Hover {
                    contents: Contents::MarkupContent(MarkupContent {
                        kind: MarkupKind::Markdown,
                        value,
                    }),
                    range: Some(document.text.range(&span)),
                })
            }),
            "textDocument/definition" => self.at(&parameters(params)?, |document, at| {
                navigation::definition(document, at)
                    .as_ref()
                    .map(Place::location)
            }),
            "textDocument/documentHighlight" => self.at(&parameters(params)?, |document, at| {
                let places = navigation::references(document, at, &[]);
                let here = places.iter().filter(|place| place.is_in(document));
                here.map(|place| DocumentHighlight {
                    range: place.location().range,
                    kind: None,
                })
                .collect::<Vec<_>>()
            }),
            "textDocument/references" => {
                let asked: ReferenceParams = parameters(params)?;
                let position = &asked.text_document_position_params;
                self.at(position, |document, at| {
                    let places =
                        navigation::references(document, at, &self.documents.module(document));
                    let declaration =
                        navigation::definition(document, at).map(|place| place.location());
                    let locations = places.iter().map(Place::location);
                    let wanted = |place: &Location| {
                        asked.context.include_declaration || Some(place) != declaration.as_ref()
                    };
                    locations.filter(wanted).collect::<Vec<_>>()
                })
            }
            "textDocument/prepareRename" => self.at(&parameters(params)?, |document, at| {
                let (span, placeholder) = navigation::renamable(document, at)?;
                Some(PrepareRenamePlaceholder {
                    range: document.text.range(&span),
                    placeholder,
                })
            }),
            "textDocument/rename" => {
                let asked: RenameParams = parameters(params)?;
                let position = &asked.text_document_position_params;
                let Some(document) = self.documents.get(&position.text_document.uri) else {
                    return Ok(Value::Null);
                };
                let at = document.text.offset(position.position);
                let module = self.documents.module(&document);
                let edit = navigation::rename(&document, at, &asked.new_name, &module);
                result(edit.map_err(|problem| {
                    ResponseError::new(ResponseError::REQUEST_FAILED, problem)
                })?)
            }
            "textDocument/documentSymbol" => {
                let asked: DocumentSymbolParams = parameters(params)?;
                self.of(&asked.text_document.uri, |document| {
                    navigation::outline(document)
                })
            }
            "textDocument/codeLens" => {
                let asked: CodeLensParams = parameters(params)?;
                self.of(&asked.text_document.uri, |document| {
                    navigation::lenses(document)
                })
            }
            "textDocument/codeAction" => {
                let asked: CodeActionParams = parameters(params)?;
                self.of(&asked.text_document.uri, |document| {
                    diagnostics::actions(document, &asked.range)
                })
            }
            "workspace/executeCommand" => self.execute(parameters(params)?),
            _ => Err(ResponseError::new(
                ResponseError::METHOD_NOT_FOUND,
                format!("`{method}` is not supported"),
            )),
        }
    }

    /// The diagram of a workflow, which the client shows.
    fn execute(&self, asked: ExecuteCommandParams) -> Result<Value, ResponseError> {
        let invalid = || {
            ResponseError::new(
                ResponseError::INVALID_PARAMS,
                "the arguments are the file and the position of a workflow",
            )
        };
        if asked.command != GRAPH_COMMAND {
            let message = format!("`{}` is not a command of this server", asked.command);
            return Err(ResponseError::new(ResponseError::INVALID_PARAMS, message));
        }
        let arguments = asked.arguments.unwrap_or_default();
        let [Value::String(uri), position] = arguments.as_slice() else {
            return Err(invalid());
        };
        let position = position
            .as_u64()
            .and_then(|position| usize::try_from(position).ok())
            .ok_or_else(invalid)?;
        let document = self
            .documents
            .get(&gen_lsp_types::Uri(uri.clone()))
            .ok_or_else(invalid)?;
        result(navigation::graph(&document, position).ok_or_else(invalid)?)
    }

    fn of<T: Serialize>(
        &self,
        uri: &gen_lsp_types::Uri,
        ask: impl FnOnce(&Rc<Document>) -> T,
    ) -> Result<Value, ResponseError> {
        match self.documents.get(uri) {
            Some(document) => result(ask(&document)),
            None => Ok(Value::Null),
        }
    }

    fn at<T: Serialize>(
        &self,
        position: &TextDocumentPositionParams,
        ask: impl FnOnce(&Rc<Document>, usize) -> T,
    ) -> Result<Value, ResponseError> {
        self.of(&position.text_document.uri, |document| {
            ask(document, document.text.offset(position.position))
        })
    }
}

fn parameters<T: DeserializeOwned>(params: Value) -> Result<T, ResponseError> {
    serde_json::from_value(params)
        .map_err(|error| ResponseError::new(ResponseError::INVALID_PARAMS, error.to_string()))
}

fn result(value: impl Serialize) -> Result<Value, ResponseError> {
    serde_json::to_value(value)
        .map_err(|error| ResponseError::new(ResponseError::REQUEST_FAILED, error.to_string()))
}

fn initialized(encoding: Encoding) -> InitializeResult {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(encoding.kind()),
            text_document_sync: Some(TextDocumentSync::Options(
                gen_lsp_types::TextDocumentSyncOptions {
                    open_close: Some(true),
                    change: Some(TextDocumentSyncKind::Full),
                    save: Some(gen_lsp_types::Save::Bool(true)),
                    ..gen_lsp_types::TextDocumentSyncOptions::default()
                },
            )),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(words(&["\"", ".", "$", ":", " "])),
                ..CompletionOptions::default()
            }),
            hover_provider: Some(HoverProvider::Bool(true)),
            definition_provider: Some(DefinitionProvider::Bool(true)),
            references_provider: Some(ReferencesProvider::Bool(true)),
            document_highlight_provider: Some(DocumentHighlightProvider::Bool(true)),
            document_symbol_provider: Some(DocumentSymbolProvider::Bool(true)),
            code_action_provider: Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QuickFix]),
                ..CodeActionOptions::default()
            })),
            code_lens_provider: Some(CodeLensOptions::default()),
            rename_provider: Some(RenameProvider::RenameOptions(RenameOptions {
                prepare_provider: Some(true),
                ..RenameOptions::default()
            })),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: words(&[GRAPH_COMMAND]),
                ..ExecuteCommandOptions::default()
            }),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: "sfn".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

fn item(found: Completion, document: &Document) -> CompletionItem {
    let kind = match found.kind {
        CompletionKind::State => CompletionItemKind::Reference,
        CompletionKind::Field => CompletionItemKind::Property,
        CompletionKind::Value => CompletionItemKind::EnumMember,
        CompletionKind::Integration => CompletionItemKind::Module,
        CompletionKind::Variable => CompletionItemKind::Variable,
        CompletionKind::Function => CompletionItemKind::Function,
    };
    let edit = TextEdit {
        range: document.text.range(&found.span),
        new_text: found.text,
    };
    let documentation = Some(found.documentation).filter(|text| !text.is_empty());
    CompletionItem {
        // An editor compares it with the text that the edit replaces.
        filter_text: Some(edit.new_text.clone()),
        label: found.label,
        kind: Some(kind),
        detail: Some(found.detail).filter(|text| !text.is_empty()),
        documentation: documentation.map(|value| {
            Documentation::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value,
            })
        }),
        text_edit: Some(CompletionItemTextEdit::TextEdit(edit)),
        ..CompletionItem::default()
    }
}
