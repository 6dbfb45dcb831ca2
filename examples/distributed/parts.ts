/** Into so many parts each batch is cut, however many replicas share them, which must divide it. */
export const PARTS = 4;
