/** Contestants that the tables compare with. */
export const OURS = 'adamax';
export const JS = 'JS loop';
export const TRAFFIC = 'memory traffic';
