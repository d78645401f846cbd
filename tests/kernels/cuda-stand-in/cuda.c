#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
typedef size_t Z;
static int handle;
int cudaGetDeviceCount(int *n) { *n = 1; return 0; }
int cudaGetDevice(int *n) { *n = 0; return 0; }
int cudaDriverGetVersion(int *n) { *n = 13000; return 0; }
int cudaRuntimeGetVersion(int *n) { *n = 13000; return 0; }
int cudaGetDeviceProperties(char *p, int d) {
  memset(p, 0, 1008); strcpy(p, "stand-in");
  *(Z *)(p + 288) = (Z)80 << 30; *(Z *)(p + 296) = 49152; *(int *)(p + 304) = 65536; *(int *)(p + 308) = 32;
  *(Z *)(p + 312) = 2147483647; *(int *)(p + 320) = 1024;
  int *dim = (int *)(p + 324); dim[0] = 1024; dim[1] = 1024; dim[2] = 64; dim[3] = 2147483647; dim[4] = 65535; dim[5] = 65535;
  *(Z *)(p + 352) = 65536; *(int *)(p + 360) = 9; *(int *)(p + 364) = 0; *(Z *)(p + 368) = 512; *(Z *)(p + 376) = 32; *(int *)(p + 384) = 132;
  return 0; }
int cudaDeviceGetAttribute(int *v, int a, int d) { *v = a == 75 ? 9 : a == 76 ? 0 : a == 16 ? 132 : a == 97 ? 232448 : a == 8 ? 49152 : a == 81 ? 233472 : a == 10 ? 32 : a == 1 ? 1024 : 1; return 0; }
static int get(void **p, Z n) { *p = calloc(1, n ? n : 1); return *p ? 0 : 2; }
int cudaMalloc(void **p, Z n) { return get(p, n); }
int cudaMallocHost(void **p, Z n, unsigned f) { return get(p, n); }
int cudaHostAlloc(void **p, Z n, unsigned f) { return get(p, n); }
int cudaMallocFromPoolAsync(void **p, Z n, void *a, void *s) { return get(p, n); }
int cudaFree(void *p) { free(p); return 0; }
int cudaFreeHost(void *p) { free(p); return 0; }
int cudaFreeAsync(void *p, void *s) { free(p); return 0; }
int cudaMemGetInfo(Z *f, Z *t) { *f = *t = (Z)80 << 30; return 0; }
int cudaMemcpy(void *d, void *s, Z n, int k) { memmove(d, s, n); return 0; }
int cudaMemcpyAsync(void *d, void *s, Z n, int k, void *st) { memmove(d, s, n); return 0; }
int cudaMemcpy2DAsync(char *d, Z dp, char *s, Z sp, Z w, Z h, int k, void *st) { for (Z i = 0; i < h; i++) memmove(d + i * dp, s + i * sp, w); return 0; }
int cudaMemset(void *d, int v, Z n) { memset(d, v, n); return 0; }
int cudaMemsetAsync(void *d, int v, Z n, void *s) { memset(d, v, n); return 0; }
int cudaMemcpyFromSymbol(void *d, void *s, Z n, Z o, int k) { memset(d, 0, n); return 0; }
static int make(void **h) { *h = &handle; return 0; }
#define MAKES(name) int name(void **h) { return make(h); }
MAKES(cudaStreamCreate) MAKES(cudaStreamCreateWithFlags) MAKES(cudaEventCreate) MAKES(cudaEventCreateWithFlags)
MAKES(cudaMemPoolCreate) MAKES(cudaGraphInstantiate) MAKES(cudaLibraryLoadData) MAKES(cudaLibraryGetKernel) MAKES(__cudaGetKernel)
int cudaStreamEndCapture(void *s, void **g) { return make(g); }
int cudaStreamIsCapturing(void *s, int *v) { *v = 0; return 0; }
int cudaEventElapsedTime(float *ms, void *a, void *b) { *ms = 1; return 0; }
int cudaFuncGetAttributes(char *a, void *f) { memset(a, 0, 64); *(int *)(a + 24) = 1024; *(int *)(a + 32) = 90; *(int *)(a + 36) = 90; return 0; }
int cudaPointerGetAttributes(char *a, void *p) { memset(a, 0, 32); *(int *)a = 2; *(void **)(a + 8) = p; *(void **)(a + 16) = p; return 0; }
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *n, void *f, int b, Z s, unsigned g) { *n = 1; return 0; }
int cudaMemPoolGetAttribute(void *p, int a, uint64_t *v) { *v = 0; return 0; }
static int well(void) { return 0; }
int cudaGetDriverEntryPointByVersion(char *s, void **f, unsigned v, unsigned long long g, int *r) { *f = (void *)well; if (r) *r = 0; return 0; }
char *cudaGetErrorName(int e) { return "error"; }
char *cudaGetErrorString(int e) { return "error"; }
void **__cudaRegisterFatBinary(void *b) { static void *h; h = &handle; return &h; }
unsigned __cudaPushCallConfiguration(void) { return 0; }
int __cudaPopCallConfiguration(unsigned *g, unsigned *b, Z *sh, void **s) { g[0] = g[1] = g[2] = b[0] = b[1] = b[2] = 1; *sh = 0; *s = &handle; return 0; }
MAKES(cublasCreate_v2) MAKES(cublasLtCreate) MAKES(cublasLtMatmulDescCreate) MAKES(cublasLtMatmulPreferenceCreate) MAKES(cublasLtMatrixLayoutCreate) MAKES(cublasLtMatrixTransformDescCreate)
int cublasGetMathMode(void *h, int *m) { *m = 0; return 0; }
char *cublasGetStatusName(int e) { return "error"; }
char *cublasGetStatusString(int e) { return "error"; }
int cublasLtMatmulAlgoGetHeuristic(void *a, void *b, void *c, void *d, void *e, void *f, void *g, int n, char *r, int *got) { memset(r, 0, 96); *got = 1; return 0; }
Z cudnnGetVersion(void) { return 92500; }
int cudnnGetReductionWorkspaceSize(void *h, void *d, void *a, void *c, Z *n) { *n = 0; return 0; }
int cudnnGetReductionIndicesSize(void *h, void *d, void *a, void *c, Z *n) { *n = 0; return 0; }
int cudnnGetConvolutionForwardWorkspaceSize(void *h, void *x, void *w, void *c, void *y, int a, Z *n) { *n = 0; return 0; }
