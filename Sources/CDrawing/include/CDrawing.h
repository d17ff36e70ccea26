#ifndef C_DRAWING_H
#define C_DRAWING_H
#endif
