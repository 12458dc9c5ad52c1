import { defineProblems } from '@bliro/http';

export const problems = defineProblems({
  precondition_required: {
    status: 428,
    title: 'If-Match is missing',
    detail: 'Read the tool, and send its ETag as If-Match, so that no change of somebody else is lost.',
    repeat: false,
  },
  precondition_failed: {
    status: 412,
    title: 'Changed since it was read',
    detail: 'The tool was changed since you read it. Read it again, and decide on what it is now.',
    repeat: false,
  },
});
