/** Of the records, and of the files that hold them. A town written by a newer product is opened for reading only. */
export const schemaVersion = 1;
