/** What people call the types of files that a site may accept. */

import { text } from '@/i18n/text';

const OFFICE = 'application/vnd.openxmlformats-officedocument.';
/** Names that are the same in every language. */
const NAMES: Readonly<Record<string, string>> = {
  'image/png': 'PNG',
  'image/jpeg': 'JPEG',
  'image/gif': 'GIF',
  'image/webp': 'WebP',
  'application/pdf': 'PDF',
  'text/csv': 'CSV',
  'application/zip': 'ZIP',
  [`${OFFICE}wordprocessingml.document`]: 'Word (.docx)',
  [`${OFFICE}spreadsheetml.sheet`]: 'Excel (.xlsx)',
  [`${OFFICE}presentationml.presentation`]: 'PowerPoint (.pptx)',
  'audio/mpeg': 'MP3',
  'audio/ogg': 'Ogg (.ogg)',
  'video/mp4': 'MP4',
};

/** The name of a media type; of one that is newer than we are, the type itself. */
export const fileTypeName = (type: string): string => (type === 'text/plain' ? text.t('floor_setup.sites.plain_text') : (NAMES[type] ?? type));
