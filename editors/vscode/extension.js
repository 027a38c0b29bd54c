// Starts `sfn server` and shows graphs of workflows.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function activate(context) {
  const command = vscode.workspace.getConfiguration("sfn").get("path");
  const languages = ["json", "yaml", "terraform", "opentofu"];
  client = new LanguageClient(
    "sfn",
    "Step Functions workflows",
    { command, args: ["server"] },
    {
      documentSelector: languages.map((language) => ({ scheme: "file", language })),
      middleware: { executeCommand: showGraph },
    },
  );
  context.subscriptions.push({ dispose: () => client.stop() });
  await client.start();
}

// Opens the diagram that the server returns as Markdown.
async function showGraph(command, args, next) {
  const result = await next(command, args);
  if (command === "sfn.graph" && typeof result === "string") {
    const content = "```mermaid\n" + result + "```\n";
    const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
    await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside, true);
    await vscode.commands.executeCommand("markdown.showPreviewToSide");
  }
  return result;
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
