-- nvim --headless --clean -n -l neovim.lua CONFIGURATION FILE [older]
-- Prints one line of JSON: what a person would see.
local configuration, file, older = _G.arg[1], _G.arg[2], _G.arg[3]
local seen = {}

local function wait(what, condition)
  if not vim.wait(20000, condition, 20) then
    error('waited in vain for ' .. what)
  end
end

local function keys(typed)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(typed, true, false, true), 'xt', false)
end

local function run()
  vim.cmd('filetype on')
  if older then
    dofile(configuration)
  else
    vim.opt.runtimepath:prepend(configuration)
    vim.lsp.enable('leakwise')
  end
  vim.cmd.edit(file)
  local buffer = vim.api.nvim_get_current_buf()
  local function diagnostics()
    return vim.diagnostic.get(buffer)
  end

  wait('the first diagnostic', function() return #diagnostics() == 1 end)
  local first = diagnostics()[1]
  seen.first = { line = first.lnum, column = first.col, code = first.code, message = first.message }

  -- Typing: another leak below the first, by keys in insert mode.
  keys('Gototal_loss += loss<Esc>')
  wait('a diagnostic while typing', function() return #diagnostics() == 2 end)
  seen.typed = diagnostics()[2].lnum
  keys('dd')
  wait('the diagnostic to go', function() return #diagnostics() == 1 end)

  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col + 1 })
  keys('K')
  if older then vim.lsp.buf.hover() end
  local function float()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then return window end
    end
  end
  wait('the hover', float)
  local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float()), 0, -1, false)
  seen.hover = table.concat(lines, '\n')
  vim.api.nvim_win_close(float(), true)

  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action) return action.title:find('.item()', 1, true) ~= nil end,
  })
  wait('the quick fix', function()
    return vim.api.nvim_get_current_line():find('loss.item()', 1, true) ~= nil
  end)
  seen.fixed = vim.api.nvim_get_current_line()
  wait('no diagnostic', function() return #diagnostics() == 0 end)
end

local well, problem = pcall(run)
if not well then seen.error = tostring(problem) end
io.stdout:write(vim.json.encode(seen) .. '\n')
vim.cmd(well and 'qall!' or 'cquit!')
