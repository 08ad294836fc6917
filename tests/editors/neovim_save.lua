-- nvim --headless --clean -n -l neovim_save.lua CONFIGURATION SNIPPET FILE
-- Saves the file once it has a finding, with what SNIPPET does on saving. Prints what is on the disk then.
local configuration, snippet, file = _G.arg[1], _G.arg[2], _G.arg[3]

vim.cmd('filetype on')
vim.opt.runtimepath:prepend(configuration)
vim.lsp.enable('leakwise')
dofile(snippet)
vim.cmd.edit(file)
vim.wait(20000, function() return #vim.diagnostic.get(0) == 1 end, 20)
vim.cmd('silent write')
local saved = { text = table.concat(vim.fn.readfile(file), '\n'), modified = vim.bo.modified }
io.stdout:write(vim.json.encode(saved) .. '\n')
vim.cmd('qall!')
