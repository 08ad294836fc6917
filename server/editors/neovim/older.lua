-- Leakwise for Neovim 0.8 to 0.10: into init.lua.
vim.api.nvim_create_autocmd('FileType', {
  pattern = 'python',
  callback = function(event)
    local markers = { 'leakwise.toml', '.leakwise.toml', 'pyproject.toml', 'setup.py', '.git' }
    local found = vim.fs.find(markers, {
      path = vim.fs.dirname(vim.api.nvim_buf_get_name(event.buf)),
      upward = true,
    })
    vim.lsp.start({
      name = 'leakwise',
      cmd = { 'leakwise', 'server' },
      root_dir = vim.fs.dirname(found[1] or vim.api.nvim_buf_get_name(event.buf)),
      settings = { leakwise = {} },
    })
  end,
})
