import { flag, labels, opt } from './fields.ts';

/** The fields of `DoctorRequests`. */
export const doctorFields = { 'town/doctor': { fix: opt(flag), only: opt(labels) } };
