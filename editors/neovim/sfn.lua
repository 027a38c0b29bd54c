-- Starts the language server of `sfn` for workflows. Needs Neovim 0.7 or later, and `sfn` on the PATH.
local M = {}

-- Files that can contain workflows.
local patterns = { "*.asl", "*.asl.json", "*.asl.yaml", "*.asl.yml", "template.yaml", "template.yml", "*.template", "*.tf", "*.tofu" }

-- Shows the Mermaid text of a workflow in a new window.
local function show_graph(command, context)
  vim.lsp.buf_request(context.bufnr, "workspace/executeCommand", { command = command.command, arguments = command.arguments }, function(error, text)
    if error or not text then
      return
    end
    local buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split("```mermaid\n" .. text .. "```", "\n"))
    vim.api.nvim_buf_set_option(buffer, "filetype", "markdown")
    vim.cmd("vsplit")
    vim.api.nvim_win_set_buf(0, buffer)
  end)
end

-- Options: `cmd`, the command that starts the server.
function M.setup(options)
  local command = options and options.cmd or { "sfn", "server" }
  local client
  vim.lsp.commands["sfn.graph"] = show_graph
  vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile" }, {
    pattern = patterns,
    callback = function(event)
      client = client or vim.lsp.start_client({ name = "sfn", cmd = command, root_dir = vim.fn.getcwd() })
      if client then
        vim.lsp.buf_attach_client(event.buf, client)
      end
    end,
  })
end

return M
