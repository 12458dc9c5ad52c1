import { defineProblems } from '@bliro/http';

export const problems = defineProblems({
  too_many_attempts: {
    status: 429,
    title: 'Too many attempts',
    detail: 'Five attempts to connect are still open. Finish one of them, or wait as long as Retry-After says.',
    repeat: true,
  },
  not_connected: {
    status: 409,
    title: 'Not connected',
    detail: 'Dynamics is not connected. Connect first.',
    repeat: false,
  },
  reconnect_required: {
    status: 409,
    title: 'Reconnect required',
    detail: 'Microsoft does not accept the connection any more. The connection itself says why; connect again.',
    repeat: false,
  },
  environment_required: {
    status: 409,
    title: 'Environment required',
    detail: 'No Dynamics environment is chosen. Choose one first.',
    repeat: false,
  },
  environment_unknown: {
    status: 409,
    title: 'Environment unknown',
    detail: 'The user cannot reach an environment with this id. Take one from the list of environments.',
    repeat: false,
  },
  environment_pinned: {
    status: 409,
    title: 'Environment pinned',
    detail: 'An administrator of the organization fixed the environment for everybody. Ask them to change it.',
    repeat: false,
  },
  environment_not_selectable: {
    status: 409,
    title: 'Environment not selectable',
    detail: 'This environment cannot be chosen; the list of environments says why.',
    repeat: false,
  },
  key_store_unavailable: {
    status: 503,
    title: 'Key store unavailable',
    detail:
      'The connection is ended, but its key could not be removed yet; that happens by itself. Send the request again to be told.',
    repeat: true,
  },
  microsoft_unavailable: {
    status: 503,
    title: 'Microsoft unavailable',
    detail: 'Microsoft gives no answer at the moment. Send the request again after the time in Retry-After.',
    repeat: true,
  },
});
