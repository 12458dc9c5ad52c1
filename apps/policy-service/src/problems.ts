import { defineProblems } from '@bliro/http';

export const problems = defineProblems({
  precondition_required: {
    status: 428,
    title: 'If-Match is missing',
    detail: 'Read what you change, and send its ETag as If-Match, so that no change of somebody else is lost.',
    repeat: false,
  },
  precondition_failed: {
    status: 412,
    title: 'Changed since it was read',
    detail: 'It was changed since you read it. Read it again, and decide on what it is now.',
    repeat: false,
  },
  table_unknown: {
    status: 409,
    title: 'The table is not known here',
    detail: 'Add the table with POST tools/custom first: that reads from Dynamics what it looks like.',
    repeat: false,
  },
  table_refused: {
    status: 409,
    title: 'This table gets no tools',
    detail: 'This table can not become tools; GET tables says why.',
    repeat: false,
  },
  connection_required: {
    status: 409,
    title: 'Your own connection to Dynamics is needed',
    detail: 'Tables are read from Dynamics as you. Connect your own account, and choose an environment.',
    repeat: false,
  },
  dynamics_refused: {
    status: 409,
    title: 'Dynamics refused',
    detail: 'Dynamics did not let you read its table definitions. Its answer says what is missing.',
    repeat: false,
  },
  dynamics_unavailable: {
    status: 503,
    title: 'Dynamics is out of reach',
    detail: 'Table definitions could not be read at the moment. Send the request again after the time in Retry-After.',
    repeat: true,
  },
});
