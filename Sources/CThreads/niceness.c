#include <sys/resource.h>

#include "CThreads.h"

void ct_stand_back(void) { setpriority(PRIO_PROCESS, 0, 10); }
