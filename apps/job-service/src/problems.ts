import { defineProblems } from '@bliro/http';

export const problems = defineProblems({
  idempotency_key_required: {
    status: 400,
    title: 'Idempotency-Key is missing or has a wrong form',
    detail: 'Send an Idempotency-Key of 1 to 200 printable characters: the same one when you repeat this request.',
    repeat: false,
  },
  idempotency_key_reused: {
    status: 409,
    title: 'Idempotency-Key was used before',
    detail: 'This Idempotency-Key came with another body before. Send a new job with a key of its own.',
    repeat: false,
  },
  action_succeeded: {
    status: 409,
    title: 'The action has succeeded',
    detail: 'There is nothing to try again: the action took effect.',
    repeat: false,
  },
  action_held_back: {
    status: 409,
    title: 'The action comes after one that did not succeed',
    detail: 'Retry the action that this one comes after: this one follows by itself.',
    repeat: false,
  },
});
