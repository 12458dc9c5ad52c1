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
});
