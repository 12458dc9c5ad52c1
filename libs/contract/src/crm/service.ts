import { fileURLToPath } from 'node:url';

export const crmProto = {
  package: 'crm',
  service: 'Crm',
  path: fileURLToPath(new URL('./crm.proto', import.meta.url)),
};

export interface CrmService {
  keys(request: Record<string, never>): Promise<{ jwksJson: string }>;
}
