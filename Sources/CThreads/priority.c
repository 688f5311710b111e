#include <sys/resource.h>

#include "CThreads.h"

void ct_lower_priority(void) { setpriority(PRIO_PROCESS, 0, 10); }
