-- Leakwise for Neovim 0.11 and newer. Put this file into `lsp/` of a folder on 'runtimepath', such as
-- ~/.config/nvim/lsp/leakwise.lua, and write into init.lua: vim.lsp.enable('leakwise')
return {
  cmd = { 'leakwise', 'server' },
  filetypes = { 'python' },
  root_markers = { 'leakwise.toml', '.leakwise.toml', 'pyproject.toml', 'setup.py', '.git' },
  -- As in leakwise.toml, in camelCase: { minimumCertainty = 'possible' }
  settings = { leakwise = {} },
}
