import { describe, expect, it } from '@jest/globals';
import { operations, predefinedTables } from '@bliro/contract/policy';
import { predefinedTools } from '../../tool/tool.js';
import { predefinedShapes } from './index.js';

const tools = [...predefinedTools.values()];

describe('predefined tools', () => {
  it('are three for each of the eight tables', () => {
    const keys = predefinedTables.flatMap((table) => operations.map((operation) => `${operation}_${table}`));
    expect(tools.map(({ key }) => key)).toEqual(keys.sort());
  });

  it('have the titles that people know them by', () => {
    const titles = tools.map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(['Create Task', 'Update Lead', 'Read Phone Call', 'Create Note']));
  });

  it.each(tools)('$key tells a model when to pick it, and takes a concrete list of fields', (tool) => {
    expect(tool.description.length).toBeGreaterThan(80);
    expect(tool.description.length).toBeLessThanOrEqual(1024);
    expect(tool.defaultFields.length).toBeGreaterThan(1);
    expect(new Set(tool.possibleFields)).toEqual(new Set([...tool.defaultFields, ...tool.possibleFields]));
  });

  it.each(tools)('$key takes nothing by itself that has to be opted in', (tool) => {
    const sensitive = [
      'ownerid',
      'statecode',
      'statuscode',
      'overriddencreatedon',
      'documentbody',
      'filename',
      'mimetype',
    ];
    expect(tool.defaultFields.filter((name) => sensitive.includes(name))).toEqual([]);
  });

  it.each(tools.filter(({ operation }) => operation !== 'read'))(
    '$key writes nothing that Dynamics keeps itself',
    (tool) => {
      const kept = ['createdon', 'modifiedon', 'fullname', 'activityid', `${tool.table}id`];
      expect(tool.possibleFields.filter((name) => kept.includes(name))).toEqual([]);
    },
  );
});

it.each(Object.values(predefinedShapes))('every column of $table has a logical name of Dataverse', ({ columns }) => {
  expect(Object.keys(columns).filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
});
