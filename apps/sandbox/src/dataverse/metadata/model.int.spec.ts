import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../../fixture/start-sandbox.js';
import { webApiOf } from '../../fixture/web-api.js';

const running: RunningSandbox = await startSandbox();
const { get, refusal } = await webApiOf(running);

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

const table = (name: string) => `EntityDefinitions(LogicalName='${name}')`;
const cast = (kind: string) => `Microsoft.Dynamics.CRM.${kind}AttributeMetadata`;

describe('column counts', () => {
  it.each([
    ['lead', 270],
    ['account', 200],
    ['contact', 230],
    ['opportunity', 180],
    ['task', 75],
  ])('of %s are those of a real environment: more than %d', async (name, count) => {
    const { json } = await get(
      `${table(name)}/Attributes?$select=LogicalName,AttributeOf,IsValidODataAttribute,IsValidForCreate`,
    );
    expect(json.value.length).toBeGreaterThan(count);
    const companions = json.value.filter((one: { AttributeOf: string | null }) => one.AttributeOf !== null);
    expect(companions.length).toBeGreaterThan(20);
    expect(companions.every((one: object) => !('IsValidForCreate' in one && one.IsValidForCreate))).toBe(true);
  });

  it('leave what is only beside a column out of rows', async () => {
    const { json } = await get(`${table('task')}/Attributes(LogicalName='regardingobjectidname')`);
    expect(json).toMatchObject({ AttributeOf: 'regardingobjectid', IsValidODataAttribute: false });
    expect(await refusal('GET', 'tasks?$select=regardingobjectidname')).toEqual([400, '0x80060888']);
  });
});

describe('types', () => {
  it.each([
    ['String', 'account', 'name', { MaxLength: 160, FormatName: { Value: 'Text' } }],
    ['Memo', 'account', 'description', { MaxLength: 2000 }],
    ['Integer', 'account', 'numberofemployees', { MinValue: 0, MaxValue: 1_000_000_000 }],
    ['BigInt', 'account', 'versionnumber', {}],
    ['Decimal', 'opportunity', 'discountpercentage', { Precision: 2, MaxValue: 100 }],
    ['Money', 'account', 'revenue', { Precision: 2 }],
    ['Double', 'account', 'address1_latitude', { MinValue: -90, MaxValue: 90, Precision: 5 }],
    ['Boolean', 'account', 'creditonhold', { DefaultValue: false }],
    ['DateTime', 'contact', 'birthdate', { DateTimeBehavior: { Value: 'DateOnly' }, Format: 'DateOnly' }],
    ['DateTime', 'task', 'scheduledend', { DateTimeBehavior: { Value: 'UserLocal' } }],
    ['Picklist', 'account', 'accountcategorycode', { AttributeTypeName: { Value: 'PicklistType' } }],
    ['MultiSelectPicklist', 'contoso_sitevisit', 'contoso_topics', { AttributeType: 'Virtual' }],
    ['Lookup', 'account', 'primarycontactid', { Targets: ['contact'] }],
    ['Lookup', 'opportunity', 'customerid', { Targets: ['account', 'contact'], AttributeType: 'Customer' }],
    ['UniqueIdentifier', 'account', 'accountid', { IsPrimaryId: true }],
    ['EntityName', 'opportunity', 'customeridtype', { AttributeOf: 'customerid' }],
  ])('%s of %s.%s', async (kind, of, name, expected) => {
    const { json } = await get(`${table(of)}/Attributes(LogicalName='${name}')/${cast(kind)}`);
    expect(json).toMatchObject({ LogicalName: name, ...expected });
  });

  it('keep shared choices in GlobalOptionSet, and own ones in OptionSet', async () => {
    const choices = async (name: string) =>
      (
        await get(
          `${table('lead')}/Attributes(LogicalName='${name}')/${cast('Picklist')}?$select=LogicalName&$expand=OptionSet,GlobalOptionSet`,
        )
      ).json;
    expect(await choices('need')).toMatchObject({ OptionSet: null, GlobalOptionSet: { IsGlobal: true, Name: 'need' } });
    expect(await choices('leadsourcecode')).toMatchObject({ OptionSet: { IsGlobal: false }, GlobalOptionSet: null });
    const { json } = await get("GlobalOptionSetDefinitions(Name='need')");
    expect(json.Options).toHaveLength(4);
    const direct = await get(`${table('lead')}/Attributes(LogicalName='leadsourcecode')/${cast('Picklist')}/OptionSet`);
    expect(direct.json.Options).toHaveLength(10);
  });
});

describe('tables and relations', () => {
  it('are filtered by members of enumerations and managed properties', async () => {
    const owned = "OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned' and IsAuditEnabled/Value eq true";
    const { json } = await get(`EntityDefinitions?$select=LogicalName,OwnershipType&$filter=${owned}`);
    expect(json.value.length).toBeGreaterThan(5);
    expect(new Set(json.value.map((one: { OwnershipType: string }) => one.OwnershipType))).toEqual(
      new Set(['UserOwned']),
    );
    expect((await get(`EntityDefinitions?$filter=LogicalName eq null`)).json.value).toEqual([]);
    expect(await refusal('GET', "EntityDefinitions?$filter=contains(LogicalName,'a')")).toEqual([400, '0x80060888']);
  });

  it('are seen from both ends', async () => {
    const one = await get(`${table('task')}/ManyToOneRelationships?$filter=ReferencedEntity eq 'account'`);
    expect(one.json.value).toMatchObject([
      {
        SchemaName: 'Account_Tasks',
        ReferencingEntityNavigationPropertyName: 'regardingobjectid_account_task',
        ReferencedEntityNavigationPropertyName: 'Account_Tasks',
        CascadeConfiguration: { Delete: 'Cascade' },
      },
    ]);
    const many = await get(`${table('account')}/OneToManyRelationships?$select=SchemaName`);
    expect(many.json.value).toContainEqual(expect.objectContaining({ SchemaName: 'Account_Tasks' }));
    expect((await get(`${table('account')}/ManyToManyRelationships`)).json.value).toEqual([]);
    expect((await get("RelationshipDefinitions(SchemaName='Account_Tasks')")).json.ReferencedEntity).toBe('account');
    expect((await refusal('GET', 'RelationshipDefinitions/Nonsense'))[0]).toBe(404);
  });

  it('name each navigation property once in a table', async () => {
    for (const { LogicalName: name } of (await get('EntityDefinitions?$select=LogicalName')).json.value) {
      const { json } = await get(
        `${table(name)}?$select=LogicalName&$expand=OneToManyRelationships($select=ReferencedEntityNavigationPropertyName)`,
      );
      const names = json.OneToManyRelationships.map(
        (one: Record<string, string>) => one['ReferencedEntityNavigationPropertyName'],
      );
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

describe('$metadata', () => {
  it('is CSDL: every element closed, every type that is named defined', async () => {
    const { text, headers } = await get('$metadata');
    expect(headers.get('content-type')).toBe('application/xml');
    const open: string[] = [];
    for (const [, closing, name = '', selfClosing] of text.matchAll(
      /<(\/?)([\w:]+)(?:\s+[\w:.]+="[^"<&]*")*\s*(\/?)>/g,
    )) {
      if (closing) expect(open.pop()).toBe(name);
      else if (!selfClosing) open.push(name);
    }
    expect(open).toEqual([]);
    const defined = new Set([...text.matchAll(/<(?:EntityType|ComplexType) Name="(\w+)"/g)].map(([, name]) => name));
    const named = [...text.matchAll(/mscrm\.(\w+)[")]/g)].map(([, name]) => name);
    expect(named.filter((name) => name !== 'WhoAmI' && !defined.has(name))).toEqual([]);
    expect(text).toContain('<NavigationProperty Name="contoso_Account" Type="mscrm.account"');
    expect(text).toContain('<Property Name="birthdate" Type="Edm.Date" />');
  });
});

describe('RetrieveMetadataChanges', () => {
  const ask = async (query: object) =>
    (await get(`RetrieveMetadataChanges(Query=@q)?@q=${encodeURIComponent(JSON.stringify(query))}`)).json;
  const condition = (PropertyName: string, Type: string, Value: string, ConditionOperator = 'Equals') => ({
    PropertyName,
    ConditionOperator,
    Value: { Type, Value },
  });

  it('gives every type in one answer, for the tables that its conditions name', async () => {
    const json = await ask({
      Criteria: {
        FilterOperator: 'And',
        Conditions: [
          condition('IsActivity', 'System.Boolean', 'True'),
          condition('LogicalName', 'System.String', 'task'),
        ],
      },
      Properties: { AllProperties: false, PropertyNames: ['Attributes', 'ManyToOneRelationships'] },
      AttributeQuery: {
        Criteria: {
          FilterOperator: 'Or',
          Conditions: [
            condition('LogicalName', 'System.String', 'prioritycode'),
            condition('LogicalName', 'System.String', 'subject'),
          ],
        },
        Properties: { AllProperties: true },
      },
    });
    expect(json.ServerVersionStamp).toMatch(/^\d+!/);
    expect(json.EntityMetadata).toHaveLength(1);
    expect(json.EntityMetadata[0].Attributes).toMatchObject([
      { '@odata.type': '#Microsoft.Dynamics.CRM.StringAttributeMetadata', MaxLength: 200 },
      { '@odata.type': '#Microsoft.Dynamics.CRM.PicklistAttributeMetadata', OptionSet: { Options: expect.any(Array) } },
    ]);
    expect(json.EntityMetadata[0].ManyToOneRelationships.length).toBeGreaterThan(5);
    const several = await ask({
      Criteria: { Conditions: [condition('LogicalName', 'System.String[]', "['lead','account']", 'In')] },
    });
    expect(several.EntityMetadata).toHaveLength(2);
  });

  it('refuses another form', async () => {
    for (const query of ['{"Criteria":5}', '[]', 'x', '{"Criteria":{"Conditions":[{}]}}'])
      expect((await refusal('GET', `RetrieveMetadataChanges(Query=@q)?@q=${encodeURIComponent(query)}`))[0]).toBe(400);
    const stamp = "RetrieveMetadataChanges(Query=@q,ClientVersionStamp='x')?@q={}";
    expect((await refusal('GET', stamp))[0]).toBe(400);
  });
});
