/** What Dataverse answers instead of what was asked: an HTTP status, its own code (hex) and a sentence. */
export class DataverseFailure extends Error {
  override readonly name = 'DataverseFailure';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  /** @param wants which annotations the request asked for; without them, code and message are all there is */
  body(wants: (annotation: string) => boolean = () => false): { error: Record<string, string> } {
    const { code, message } = this;
    const details = Object.entries({
      HelpLink: `http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a${code.slice(2)}&client=platform`,
      TraceText: '',
      'InnerError.Message': message,
    }).map(([name, text]) => [`Microsoft.PowerApps.CDS.${name}`, text] as const);
    const shown = details.filter(([name]) => wants(name)).map(([name, text]) => [`@${name}`, text]);
    return { error: { code, message, ...(Object.fromEntries(shown) as Record<string, string>) } };
  }
}

/** A verb that this address doesn't have. */
export function wrongVerb(method: string, resource: string): DataverseFailure {
  return new DataverseFailure(405, '0x80060888', `${method} is not served for '${resource.slice(0, 100)}'.`);
}

export function noSuchRow(table: string, id: string): DataverseFailure {
  return new DataverseFailure(404, '0x80040217', `Entity '${table}' With Id = ${id} Does Not Exist`);
}

export function noSuchKey(table: string): DataverseFailure {
  return new DataverseFailure(
    404,
    '0x80060891',
    `A record with the specified key values does not exist in ${table} entity`,
  );
}

export function duplicateKey(): DataverseFailure {
  return new DataverseFailure(412, '0x80040237', 'A record with matching key values already exists.');
}

export function staleVersion(): DataverseFailure {
  const message = "The version of the existing record doesn't match the RowVersion property provided.";
  return new DataverseFailure(412, '0x80060882', message);
}

/** A body that can't be read as a row of that table. */
export function badPayload(entitySetName: string, reason: string): DataverseFailure {
  const message =
    `Error identified in Payload provided by the user for Entity :'${entitySetName}', For more information on this ` +
    'error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : ' +
    `Microsoft.OData.ODataException: ${reason}`;
  return new DataverseFailure(400, '0x80048d19', message);
}

/** A URL that asks for something the model doesn't have, or in a form that isn't OData. */
export function badQuery(message: string, code = '0x80060888'): DataverseFailure {
  return new DataverseFailure(400, code, message);
}

export function unknownProperty(name: string, type: string): DataverseFailure {
  return badQuery(`Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${type}'.`);
}

export function unknownSegment(segment: string): DataverseFailure {
  return new DataverseFailure(404, '0x8006088a', `Resource not found for the segment '${segment}'.`);
}
