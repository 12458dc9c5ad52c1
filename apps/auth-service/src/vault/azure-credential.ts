import {
  ChainedTokenCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';

/**
 * Our own identity in our own cloud, for our own key vault: the workload's where Kubernetes gives one, else the machine's. It is
 * no permission in any customer's tenant.
 */
export function ownCloudCredential(): TokenCredential {
  return new ChainedTokenCredential(new WorkloadIdentityCredential(), new ManagedIdentityCredential());
}
