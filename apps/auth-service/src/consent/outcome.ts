export const consentOutcomes = [
  'connected',
  'declined',
  'admin_approval_needed',
  'different_account',
  'not_allowed',
  'failed',
] as const;
export type ConsentOutcome = (typeof consentOutcomes)[number];

const declined = 65004;
const needsAdmin = new Set([90094, 90095, 900941, 65001]);

/**
 * What an error in the way back from Entra means. It is the browser's word and changes nothing but what is shown. Leaving the page
 * "Need admin approval" can't be told from any other cancelling, so the page that follows names both.
 */
export function outcomeOfError(parameters: URLSearchParams): ConsentOutcome {
  const [, digits] = /AADSTS(\d{4,8})/.exec(parameters.get('error_description') ?? '') ?? [];
  const code = Number(digits);
  if (code === declined) return 'declined';
  if (needsAdmin.has(code) || parameters.get('error') === 'consent_required') return 'admin_approval_needed';
  if (parameters.get('error') !== 'access_denied') return 'failed';
  return parameters.get('error_subcode') === 'cancel' ? 'admin_approval_needed' : 'declined';
}
