import type { Column } from './column.js';
import { columnsOf } from './compact.js';

/** The many columns that nobody fills in by hand, from the reference pages of each table. */

const addresses = (numbers: string): string => `
  address{${numbers}}_addressid id Address #: ID
  address{${numbers}}_addresstypecode choice:Bill_To,Ship_To,Primary,Other Address #: Address Type
  address{${numbers}}_city text:80 Address #: City
  address{${numbers}}_composite !memo:1000 Address #
  address{${numbers}}_country text:80 Address #: Country/Region
  address{${numbers}}_county text:50 Address #: County
  address{${numbers}}_fax phone Address #: Fax
  address{${numbers}}_latitude degrees:90 Address #: Latitude
  address{${numbers}}_line1 text:250 Address #: Street 1
  address{${numbers}}_line2 text:250 Address #: Street 2
  address{${numbers}}_line3 text:250 Address #: Street 3
  address{${numbers}}_longitude degrees:180 Address #: Longitude
  address{${numbers}}_name text:200 Address #: Name
  address{${numbers}}_postalcode text:20 Address #: ZIP/Postal Code
  address{${numbers}}_postofficebox text:20 Address #: Post Office Box
  address{${numbers}}_shippingmethodcode choice:Airborne,DHL,FedEx,UPS,Postal_Mail,Full_Load,Will_Call Address #: Shipping Method
  address{${numbers}}_stateorprovince text:50 Address #: State/Province
  address{${numbers}}_telephone1 phone Address #: Phone
  address{${numbers}}_telephone2 phone Address #: Telephone 2
  address{${numbers}}_telephone3 phone Address #: Telephone 3
  address{${numbers}}_upszone text:4 Address #: UPS Zone
  address{${numbers}}_utcoffset whole:1500 Address #: UTC Offset
`;

const terms = `
  address1_freighttermscode choice:FOB,No_Charge Address 1: Freight Terms
  address1_primarycontactname text:100 Address 1: Primary Contact Name
  address2_freighttermscode choice:FOB,No_Charge Address 2: Freight Terms
  address2_primarycontactname text:100 Address 2: Primary Contact Name
  aging30 !money Aging 30
  aging60 !money Aging 60
  aging90 !money Aging 90
  paymenttermscode choice:Net_30,2%_10_Net_30,Net_45,Net_60 Payment Terms
  shippingmethodcode choice:Default_Value Shipping Method
  territorycode choice:Default_Value Territory
  preferredappointmentdaycode choice:Sunday,Monday,Tuesday,Wednesday,Thursday,Friday,Saturday Preferred Day
  preferredappointmenttimecode choice:Morning,Afternoon,Evening Preferred Time
  preferredsystemuserid lookup:systemuser/preferredsystemuserid Preferred User
`;

const contactable = `
  donotbulkemail yesno Do not allow Bulk Emails
  donotbulkpostalmail yesno Do not allow Bulk Mails
  donotfax yesno Do not allow Faxes
  donotpostalmail yesno Do not allow Mails
  donotsendmm yesno Send Marketing Materials
  emailaddress3 email Email Address 3
  followemail yesno Follow Email Activity
  lastusedincampaign time Last Date Included in Campaign
  marketingonly yesno Marketing Only
  masterid !lookup:_self/masterid Master ID
  merged !yesno Merged
  participatesinworkflow yesno Participates in Workflow
  telephone3 phone Telephone 3
`;

const processed = `
  entityimageid !id Entity Image Id
  entityimage_timestamp !whole Entity Image Timestamp
  entityimage_url !text:200 Entity Image URL
  lastonholdtime time Last On Hold Time
  onholdtime !whole On Hold Time (Minutes)
  processid id Process
  stageid id (Deprecated) Process Stage
  traversedpath text:1250 (Deprecated) Traversed Path
`;

const personal = `
  yomifirstname text:150 Yomi First Name
  yomifullname !text:450 Yomi Full Name
  yomilastname text:150 Yomi Last Name
  yomimiddlename text:150 Yomi Middle Name
  pager phone Pager
  telephone2 phone Home Phone
`;

const activity = `
  activityadditionalparams memo:8192 Additional Parameters
  activitytypecode !text:64 Activity Type
  crmtaskassigneduniqueid id Assigned Task Unique Id
  deliverylastattemptedon !time Date Delivery Last Attempted
  exchangeitemid !text:200 Exchange Item ID
  instancetypecode !choice:Not_Recurring,Recurring_Master,Recurring_Instance Recurring Instance Type
  isregularactivity !yesno Is Regular Activity
  ismapiprivate yesno Is Private
  lastonholdtime time Last On Hold Time
  leftvoicemail yesno Left Voice Mail
  onholdtime !whole On Hold Time (Minutes)
  postponeactivityprocessinguntil !time Delay activity processing until
  processid id Process
  senton !time Date Sent
  seriesid !id Series Id
  sortdate time Sort Date
  stageid id (Deprecated) Process Stage
  traversedpath text:1250 (Deprecated) Traversed Path
`;

const funnel = `
  campaignid id Source Campaign
  confirminterest yesno Confirm Interest
  evaluatefit yesno Evaluate Fit
  initialcommunication shared:initialcommunication/Contacted,Not_Contacted Initial Communication
  prioritycode choice:Default_Value Priority
  salesstage choice:Qualify Sales Stage
  schedulefollowup_qualify time Schedule Follow Up (Qualify)
  teamsfollowed whole TeamsFollowed
  timespentbymeonemailandmeetings !text:1250 Time Spent by me
`;

const account = `
  lastonholdtime time Last On Hold Time
  businesstypecode choice:Default_Value Business Type
  accountclassificationcode choice:Default_Value Classification
  accountratingcode choice:Default_Value Account Rating
  ftpsiteurl url FTP Site
  marketcap money Market Capitalization
  opendeals !whole Open Deals
  openrevenue !money Open Revenue
  primarysatoriid text:200 Primary Satori ID
  primarytwitterid text:128 Primary Twitter ID
  sharesoutstanding whole:1000000000 Shares Outstanding
  stockexchange text:20 Stock Exchange
  teamsfollowed whole TeamsFollowed
  timespentbymeonemailandmeetings !text:1250 Time Spent by me
  yominame text:160 Yomi Account Name
`;

const contact = `
  assistantphone phone Assistant Phone
  business2 phone Business Phone 2
  callback phone Callback Number
  childrensnames text:255 Children's Names
  company phone Company Phone
  educationcode choice:Default_Value Education
  employeeid text:50 Employee
  externaluseridentifier text:50 External User Identifier
  ftpsiteurl url FTP Site
  governmentid text:50 Government
  haschildrencode choice:Default_Value Has Children
  home2 phone Home Phone 2
  isautocreate !yesno Auto-created
  isbackofficecustomer yesno Back Office Customer
  isprivate yesno Is Private
  leadsourcecode choice:Default_Value Lead Source
  managerphone phone Manager Phone
  spousesname text:100 Spouse/Partner Name
  subscriptionid id Subscription
  teamsfollowed whole TeamsFollowed
  timespentbymeonemailandmeetings !text:1250 Time Spent by me
`;

const lead = `
  accountid !lookup:account/accountid Account
  contactid !lookup:contact/contactid Contact
  isautocreate !yesno Auto-created
  isprivate yesno Is Private
  address1_freighttermscode choice:FOB,No_Charge Address 1: Freight Terms
  businesscard memo:1073741823 Business Card
  businesscardattributes text:4000 Business Card Attributes
  emailaddress2 email Email Address 2
  estimatedvalue decimal Est. Value (deprecated)
  originatingcaseid id Originating Case
  salesstagecode choice:Default_Value Sales Stage Code
  schedulefollowup_prospect time Schedule Follow Up (Prospect)
  relatedobjectid id Related Campaign Response
  slaid id SLA
  msdyn_leadgrade !choice:Grade_A,Grade_B,Grade_C,Grade_D Lead Grade
  msdyn_leadscore !whole:100 Lead Score
  msdyn_leadscoretrend !choice:Improving,Steady,Declining,Not_enough_info Lead Score Trend
  msdyn_scorehistory !memo Score History
  msdyn_scorereasons !memo Score Reasons
  msdyn_segmentid id Segment Id
  msdyn_salesassignmentresult !choice:Succeeded,Failed,In_Progress Sales Assignment Result
  msdyn_gdproptout yesno GDPR Optout
  msdyn_leadkpiid id Lead KPI
  msdyn_predictivescoreid id Predictive Score
  msdyn_salesassignmentstatus !choice:Assigned,Unassigned,Rule_Missing Assignment Status
  msdyn_currentassignmentrule !text:200 Current Assignment Rule
  msdyn_assignmenttrackingid !text:100 Assignment Tracking
  msdyn_nextstep text:500 Next Step
  msdyn_nextstepdueon time Next Step Due
  msdyn_bestcontacttime choice:Morning,Noon,Afternoon,Evening Best Contact Time
  msdyn_consentstate choice:Given,Refused,Not_asked Consent
  msdyn_engagementlevel !choice:High,Medium,Low Engagement Level
  msdyn_enrichedon !time Enriched On
  msdyn_leadtype choice:New_Business,Renewal,Upsell Lead Type
  msdyn_partnercontactid lookup:contact/msdyn_PartnerContact Partner Contact
  msdyn_partneraccountid lookup:account/msdyn_PartnerAccount Partner Account
  msdyn_handoverto lookup:systemuser/msdyn_HandoverTo Hand Over To
  msdyn_region choice:EMEA,Americas,Asia_Pacific Region
  msdyn_competitor text:200 Competitor
  msdyn_budgetapproved yesno Budget Approved
  msdyn_buyingrole choice:Decision_Maker,Influencer,User,Blocker Buying Role
  msdyn_sourcedetail text:500 Source Detail
  msdyn_campaigncode text:32 Campaign Code
  msdyn_isduplicate !yesno Is Duplicate
  msdyn_requalified yesno Requalified
  msdyn_firstresponse !time First Response
  msdyn_touchpoints !whole:10000 Touchpoints
  msdyn_webvisits !whole:10000 Web Visits
  msdyn_openedemails !whole:10000 Opened Emails
  msdyn_productinterestid lookup:product/msdyn_ProductInterest Product Interest
  msdyn_expectedseats whole:1000000 Expected Seats
  msdyn_potentialvalue money Potential Value
  msdyn_ordertype choice:Item_based,Service_Maintenance_Based Order Type
  teamsfollowed whole TeamsFollowed
`;

const opportunity = `
  accountid !lookup:account/accountid Account
  captureproposalfeedback yesno Proposal Feedback Captured
  completefinalproposal yesno Final Proposal Ready
  completeinternalreview yesno Complete Internal Review
  contactid !lookup:contact/contactid Contact
  developproposal yesno Develop Proposal
  discountamount money Opportunity Discount Amount
  estimatedvaluecalculated !money Est. Revenue (calculated)
  filedebrief yesno File Debrief
  identifycompetitors yesno Identify Competitors
  identifycustomercontacts yesno Identify Customer Contacts
  identifypursuitteam yesno Identify Sales Team
  isprivate yesno Is Private
  msdyn_forecastcategory choice:Pipeline,Best_case,Committed,Omitted,Won,Lost Forecast Category
  msdyn_opportunitygrade !choice:Grade_A,Grade_B,Grade_C,Grade_D Opportunity Grade
  msdyn_opportunityscore !whole:100 Opportunity Score
  msdyn_opportunityscoretrend !choice:Improving,Steady,Declining,Not_enough_info Score Trend
  msdyn_scorehistory !memo Score History
  msdyn_scorereasons !memo Score Reasons
  participatesinworkflow yesno Participates in Workflow
  presentfinalproposal yesno Final Proposal Presented
  pricingerrorcode !choice:None,Detail_Error,Missing_Price_Level Pricing Error
  pursuitdecision yesno Decide Go/No-Go
  resolvefeedback yesno Feedback Resolved
  scheduleproposalmeeting time Schedule Proposal Meeting
  skippricecalculation choice:Do_Price_Calc_Always,Skip_Price_Calc_On_Retrieve Skip Price Calculation
  slaid id SLA
  timeline choice:Immediate,This_Quarter,Next_Quarter,This_Year,Not_known Timeline
  totalamountlessfreight !money Total Pre-Freight Amount
  totaldiscountamount !money Total Discount Amount
  totallineitemamount !money Total Detail Amount
  totallineitemdiscountamount !money Total Line Item Discount
  totaltax !money Total Tax
`;

const tails = {
  account: addresses('1,2') + terms + contactable + processed + account,
  contact: addresses('1,2,3') + terms + contactable + processed + personal + contact,
  lead: addresses('1,2') + contactable + processed + personal + funnel + lead,
  opportunity: processed + funnel + opportunity,
  activity,
};

/** A table's own columns go before those of its long tail. */
export function longTail(of: keyof typeof tails, table = of as string): Record<string, Column> {
  return columnsOf(tails[of].replaceAll('_self', table));
}
