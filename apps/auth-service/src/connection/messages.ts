import type { ConnectionReason, ConnectionStatus, TokenRefusal } from '@bliro/contract/auth';

/** What an administrator of Entra needs to know of us to let us through. */
export interface AppIdentity {
  productName: string;
  clientId: string;
  egressAddresses: readonly string[];
}

/** One sentence or two for the user, on what happened and what to do; undefined where there is nothing to do. */
export function connectionMessage(
  status: ConnectionStatus,
  reason: ConnectionReason | null,
  app: AppIdentity,
): string | undefined {
  if (reason !== null) return reasonMessages[reason](app);
  return status === 'awaiting_environment' ? 'Choose the Dynamics environment to work in.' : undefined;
}

const reasonMessages: Record<ConnectionReason, (app: AppIdentity) => string> = {
  consent_revoked: ({ productName }) =>
    `The consent for ${productName} was withdrawn in Microsoft Entra. Connect again to give it anew.`,
  refresh_token_expired: () => 'The sign-in to Microsoft has expired. Connect again.',
  sessions_revoked: () => 'Your sessions at Microsoft were ended. Connect again.',
  user_removed: () => 'Microsoft no longer knows this account. Connect with an account of your organization.',
  interaction_required: () => 'Microsoft wants you to sign in again, perhaps with a second factor. Connect again.',
  blocked_by_policy: blocked,
  user_disabled: () =>
    'Your Microsoft account is disabled. Ask your administrator; it goes on by itself once it is enabled.',
  access_removed: ({ productName, clientId }) =>
    `Your organization took access to Dynamics away from you or from ${productName} (application ${clientId}). Ask your administrator; it goes on by itself afterwards.`,
  refused_by_microsoft: () => 'Microsoft keeps refusing the sign-in. Connect again, or ask your administrator.',
  admin_approval_needed: ({ productName, clientId }) =>
    `Your organization wants an administrator to approve ${productName} (application ${clientId}) first. Ask them, then connect again. If you left Microsoft's page yourself, just connect again.`,
  pinned_environment_unreachable: () =>
    'Your administrator chose a Dynamics environment that your account cannot reach. Ask them for access to it.',
  environment_gone: () => 'The Dynamics environment is gone, or you lost access to it. Choose another.',
  account_switched: () => 'You connected another Microsoft account. Choose the Dynamics environment to work in.',
};

function blocked({ productName, clientId, egressAddresses }: AppIdentity): string {
  const from = egressAddresses.length === 0 ? '' : `, which calls from ${egressAddresses.join(', ')}`;
  return `A Conditional Access policy of your organization blocks ${productName} (application ${clientId}${from}). Ask your administrator to allow it; signing in again does not help.`;
}

export const refusalMessages: Record<TokenRefusal, string> = {
  grant_refused: 'The grant is missing, stale, forged, or somebody else’s.',
  not_connected: 'The user has not connected Dynamics.',
  reconnect_required: 'The user has to connect Dynamics again.',
  environment_required: 'The user has to choose a Dynamics environment.',
  unavailable: 'There is no token for a while. Ask again later.',
};
