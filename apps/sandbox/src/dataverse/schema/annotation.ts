import { lookup, memo, primaryId, readOnly, text, whole, yesNo } from './column.js';
import { defineTable } from './table.js';

const noted = ['account', 'contact', 'lead', 'opportunity', 'task', 'phonecall', 'appointment', 'contoso_sitevisit'];

export const annotation = defineTable({
  logicalName: 'annotation',
  schemaName: 'Annotation',
  entitySetName: 'annotations',
  displayName: 'Note',
  displayCollectionName: 'Notes',
  objectTypeCode: 5,
  primaryId: 'annotationid',
  primaryName: 'subject',
  hasNotes: false,
  columns: {
    annotationid: primaryId('Note'),
    subject: text('Title', 500),
    notetext: memo('Description', 100_000),
    isdocument: yesNo('Is Document', false),
    filename: text('File Name', 255),
    mimetype: text('Mime Type', 256),
    documentbody: memo('Document', 1_073_741_823),
    filesize: whole('File Size (Bytes)', 0, 1_000_000_000, readOnly),
    langid: text('Language ID', 2),
    stepid: text('Step Id', 32),
    objectid: lookup('Regarding', Object.fromEntries(noted.map((table) => [`objectid_${table}`, table])), {
      onDelete: 'cascade',
    }),
  },
});
