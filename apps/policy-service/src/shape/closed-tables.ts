/** Tables that never become tools, whoever asks, and why. An assistant that could write them could give itself or others rights. */
const closed: readonly (readonly [reason: string, tables: string])[] = [
  [
    'It says who people are and what they may do in Dynamics.',
    `systemuser team teammembership teamtemplate businessunit role roleprivileges privilege position systemuserroles teamroles
     systemuserprofiles teamprofiles fieldsecurityprofile fieldpermission principalobjectaccess principalobjectattributeaccess
     principalentitymap accessteamtemplate hierarchysecurityconfiguration usersettings systemuserprincipals applicationuser
     systemuserauthorizationchangetracker aadusers mailbox queue queuemembership territory`,
  ],
  [
    'It holds code, or settings that code runs by.',
    `pluginassembly plugintype pluginpackage plugintracelog sdkmessage sdkmessagefilter sdkmessageprocessingstep
     sdkmessageprocessingstepimage sdkmessageprocessingstepsecureconfig serviceendpoint webresource workflow workflowbinary
     asyncoperation customapi customapirequestparameter customapiresponseproperty connectionreference connector
     environmentvariabledefinition environmentvariablevalue canvasapp bot botcomponent flowsession processsession
     managedidentity keyvaultreference secret`,
  ],
  [
    'It describes what Dynamics itself looks like.',
    `entity attribute relationship optionset entitykey solution solutioncomponent publisher customization importmap importjob
     systemform formxml savedquery savedqueryvisualization userform userquery sitemap appmodule appmodulecomponent ribbondiff
     ribboncustomization stringmap duplicaterule duplicaterulecondition routingrule sla mobileofflineprofile`,
  ],
  [
    'It is a record of what happened, which nobody may add to or tidy up.',
    `audit auditdetail principalsyncattributemap tracelog organization organizationsetting license subscription
     recyclebinconfig deleteditemreference activityparty`,
  ],
];

const reasons: ReadonlyMap<string, string> = new Map(
  closed.flatMap(([reason, tables]) => tables.split(/\s+/).map((table) => [table, reason] as const)),
);

export function closedReason(table: string): string | undefined {
  return reasons.get(table);
}
