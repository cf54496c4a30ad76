-- Run by neovim.test.ts inside `nvim --headless -u NONE FILE`: the language client that Neovim brings, against our server.
-- What it saw goes into the file OUT, as JSON. Written for 0.7, without anything that later versions took away.

local told = { states = {}, changes = {} }
local exit

local function patient(what, probe)
  if not vim.wait(60000, probe, 20) then error('it did not come that ' .. what) end
end

local function ask(client, method, params)
  local answer, failure = client.request_sync(method, params, 60000, 0)
  if not answer then error(method .. ': ' .. tostring(failure)) end
  return answer
end

local function talk()
  local id = vim.lsp.start_client({
    name = 'gastown',
    cmd = { vim.env.NODE, vim.env.SERVER, 'lsp', '--stdio' },
    root_dir = vim.env.TOWN,
    handlers = {
      ['gastown/state'] = function(_, news) table.insert(told.states, news) end,
      ['gastown/town/changed'] = function(_, entry) table.insert(told.changes, entry) end,
    },
    on_exit = function(code, signal) exit = { code = code, signal = signal } end,
  })
  assert(id, 'Neovim started no client')
  local client
  patient('the server answered initialize', function()
    client = vim.lsp.get_client_by_id(id)
    return client and client.server_capabilities
  end)
  vim.lsp.buf_attach_client(0, id)
  told.commands = client.server_capabilities.executeCommandProvider.commands
  patient('the town was connected', function()
    local last = told.states[#told.states]
    return last ~= nil and last.state == 'connected'
  end)

  local execute = 'workspace/executeCommand'
  told.rigs = ask(client, execute, { command = 'gastown.rig.list', arguments = { {} } })
  told.own = ask(client, 'gastown/rig/list', {})
  told.unknown = ask(client, execute, { command = 'gastown.rig.explode', arguments = {} })
  local sling = { beads = { vim.env.BEAD }, host = 'process' }
  told.sling = ask(client, execute, { command = 'gastown.work.sling', arguments = { sling } })
  patient('the work was submitted', function()
    for _, entry in ipairs(told.changes) do
      for _, change in ipairs(entry.changes) do
        if change[1] == 'mergeRequests' and change[3].state == 'submitted' then return true end
      end
    end
  end)
  client.stop()
  patient('the server ended', function() return exit ~= nil end)
  told.exit = exit
end

local fine, failure = pcall(talk)
if not fine then told.failure = failure end
vim.fn.writefile({ vim.fn.json_encode(told) }, vim.env.OUT)
vim.cmd('qa!')
