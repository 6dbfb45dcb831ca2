// What a process costs that imports the library: see ../startup.ts.
import 'adamax';
