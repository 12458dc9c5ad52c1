import { describe, expect, it } from '@jest/globals';
import { recordUrl } from '../dynamics/record-url.js';
import { sentenceOf } from './sentences.js';

describe('sentenceOf', () => {
  it('says which privilege is missing on which table', () => {
    const message =
      'Principal user (Id=1, type=8, roleCount=1, privilegeCount=568), is missing prvAppendToAccount privilege (Id=2) ' +
      "on OTC=1 for entity 'account' (LocalizedName='Account').";
    expect(sentenceOf({ class: 'permanent', status: 403, message })).toBe(
      "The user's security roles in Dynamics don't let them link to records of account. " +
        'An administrator of the environment can grant the privilege prvAppendToAccount.',
    );
  });

  it("keeps the words of a customer's own rule", () => {
    const failure = { class: 'permanent', status: 400, name: 'IsvAborted', message: 'Set a due date first.' } as const;
    expect(sentenceOf(failure)).toContain('Set a due date first.');
  });

  it('has a sentence for a code whose message is for developers', () => {
    const failure = { class: 'permanent', status: 403, name: 'UserNotMemberOfOrganization', message: '0x' } as const;
    expect(sentenceOf(failure)).toMatch(/not a member/);
  });
});

describe('recordUrl', () => {
  it('opens the record', () => {
    expect(recordUrl('https://contoso.crm4.dynamics.com/', 'task', 'x')).toBe(
      'https://contoso.crm4.dynamics.com/main.aspx?etn=task&pagetype=entityrecord&id=x',
    );
  });
});
