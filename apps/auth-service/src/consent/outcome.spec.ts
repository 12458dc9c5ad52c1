import { expect, test } from '@jest/globals';
import { outcomeOfError } from './outcome.js';

test.each([
  ['declined', 'error=access_denied&error_description=AADSTS65004%3A+User+declined+to+consent'],
  ['declined', 'error=consent_required&error_description=AADSTS65004%3A+declined'],
  ['declined', 'error=access_denied'],
  ['admin_approval_needed', 'error=access_denied&error_subcode=cancel'],
  ['admin_approval_needed', 'error=access_denied&error_description=AADSTS90094%3A+needs+admin'],
  ['admin_approval_needed', 'error=consent_required'],
  ['failed', 'error=server_error&error_description=AADSTS90033'],
  ['failed', 'error=interaction_required&error_description=AADSTS53003%3A+blocked'],
  ['failed', ''],
])('%s: %s', (outcome, query) => {
  expect(outcomeOfError(new URLSearchParams(query))).toBe(outcome);
});
