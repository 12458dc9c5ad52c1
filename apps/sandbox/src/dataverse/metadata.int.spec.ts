import { afterAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';

const running: RunningSandbox = await startSandbox();
const token = await running.tokenFor('ada@contoso.example', '/dataverse/contoso');
afterAll(() => running.stop());

const read = (path: string) =>
  running.call(`/dataverse/contoso/api/data/v9.2/EntityDefinitions${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
const task = "(LogicalName='task')";
const cast = (kind: string) => `${task}/Attributes/Microsoft.Dynamics.CRM.${kind}AttributeMetadata`;

describe('EntityDefinitions', () => {
  it('lists tables with the properties asked for', async () => {
    const { json } = await read('?$select=LogicalName,EntitySetName,DisplayName,IsCustomEntity');
    const names = json.value.map((table: { LogicalName: string }) => table.LogicalName);
    expect(names).toEqual(expect.arrayContaining(['account', 'annotation', 'task', 'systemuser', 'contoso_sitevisit']));
    expect(Object.keys(json.value[0])).toEqual([
      'MetadataId',
      'LogicalName',
      'EntitySetName',
      'DisplayName',
      'IsCustomEntity',
    ]);
    expect(json.value[0].DisplayName.UserLocalizedLabel.Label).toBe('Account');
    const custom = await read('?$select=LogicalName&$filter=IsCustomEntity eq true and IsCustomizable/Value eq true');
    expect(custom.json.value.map((table: { LogicalName: string }) => table.LogicalName)).toEqual(['contoso_sitevisit']);
  });

  it('shows one table with its columns and lookups', async () => {
    const { json } = await read(
      `${task}?$select=PrimaryIdAttribute,IsOptimisticConcurrencyEnabled&$expand=Attributes($select=LogicalName,AttributeType),ManyToOneRelationships($select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName)`,
    );
    expect(json).toMatchObject({ PrimaryIdAttribute: 'activityid', IsOptimisticConcurrencyEnabled: true });
    expect(json.Attributes).toContainEqual(
      expect.objectContaining({ LogicalName: 'subject', AttributeType: 'String' }),
    );
    expect(json.ManyToOneRelationships).toContainEqual(
      expect.objectContaining({
        ReferencingAttribute: 'regardingobjectid',
        ReferencedEntity: 'account',
        ReferencingEntityNavigationPropertyName: 'regardingobjectid_account_task',
      }),
    );
    expect((await read(`${task}/ManyToOneRelationships`)).json.value.length).toBe(json.ManyToOneRelationships.length);
  });

  it.each([
    ['Picklist', 'prioritycode', { Options: expect.arrayContaining([expect.objectContaining({ Value: 2 })]) }],
    ['State', 'statecode', { Options: expect.arrayContaining([expect.objectContaining({ Value: 1 })]) }],
    ['Status', 'statuscode', { Options: expect.arrayContaining([expect.objectContaining({ Value: 5, State: 1 })]) }],
    ['Boolean', 'isbilled', { TrueOption: expect.objectContaining({ Value: 1 }) }],
  ])('gives the choices of %s columns after a cast', async (kind, name, options) => {
    const { json } = await read(`${cast(kind)}?$select=LogicalName&$expand=OptionSet`);
    const column = json.value.find((one: { LogicalName: string }) => one.LogicalName === name);
    expect(column.OptionSet).toMatchObject(options);
  });

  it('gives what only a type has after a cast, and not before', async () => {
    const { json: times } = await read(`${cast('DateTime')}?$select=LogicalName,DateTimeBehavior,Format`);
    expect(times.value[0]).toMatchObject({ DateTimeBehavior: { Value: 'UserLocal' } });
    const { json: lookups } = await read(`${cast('Lookup')}?$select=LogicalName,Targets`);
    expect(lookups.value).toContainEqual(
      expect.objectContaining({ LogicalName: 'ownerid', Targets: ['systemuser', 'team'] }),
    );
    expect((await read(`${cast('MultiSelectPicklist')}?$select=LogicalName&$expand=OptionSet`)).json.value).toEqual([]);
    expect((await read(`${cast('String')}?$select=LogicalName,MaxLength`)).json.value[0].MaxLength).toBeGreaterThan(0);
    expect((await read(`${task}/Attributes?$select=LogicalName,MaxLength`)).status).toBe(400);
    expect((await read(`${task}/Attributes(LogicalName='subject')?$select=AttributeType`)).json.AttributeType).toBe(
      'String',
    );
  });

  it.each([
    ["(LogicalName='nothing')", 404],
    ['(LogicalName=task)', 404],
    [`${task}/Nothing`, 400],
    [cast('Nonsense'), 404],
    [`${task}?$select=Nothing`, 400],
    [`${task}?$expand=Nothing`, 400],
    ['?$filter=Nothing eq true', 400],
    [`${task}/Attributes(LogicalName='nothing')`, 404],
  ])('refuses %s with %d', async (path, status) => {
    expect((await read(path)).status).toBe(status);
  });
});
