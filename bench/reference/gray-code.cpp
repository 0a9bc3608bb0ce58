// All fixed points of z' = A z + W1 relu(W2 z + h2) + h1 by visiting all 2^N activation patterns in Gray-code order: the
// linear complementarity problem w = q + T r (w, r >= 0, w.r = 0), the inverse of its basis updated by rank one at each step.
// Usage: gray-code FILE; FILE: KIND M N, then A, W1, W2, h1, h2 row by row. Prints JSON: the count and the seconds.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

extern "C" void dgesv_(int*, int*, double*, int*, int*, double*, int*, int*);
extern "C" void openblas_set_num_threads(int);

using Vector = std::vector<double>;

static Vector read(FILE* file, int count) {
  Vector values(count);
  for (double& v : values)
    if (std::fscanf(file, "%lf", &v) != 1) std::exit(2);
  return values;
}

// Solves S x = rhs for several right-hand sides, all column by column; false when S is singular.
static bool solve(int n, Vector S, Vector& rhs, int columns) {
  std::vector<int> pivots(n);
  int info = 0;
  dgesv_(&n, &columns, S.data(), &n, pivots.data(), rhs.data(), &n, &info);
  return info == 0;
}

struct Problem {
  int N;
  Vector T, q;

  // Solves the pattern anew, as the updated inverse gathers rounding errors.
  bool confirms(const std::vector<char>& active) const {
    std::vector<int> on;
    for (int i = 0; i < N; i++)
      if (active[i]) on.push_back(i);
    const int n = static_cast<int>(on.size());
    Vector S(n * n), r(n);
    for (int i = 0; i < n; i++) {
      r[i] = -q[on[i]];
      for (int j = 0; j < n; j++) S[i + j * n] = T[on[i] * N + on[j]];
    }
    if (n > 0 && !solve(n, S, r, 1)) return false;
    for (double v : r)
      if (v < 0) return false;
    for (int i = 0; i < N; i++) {
      if (active[i]) continue;
      double w = q[i];
      for (int j = 0; j < n; j++) w += T[i * N + on[j]] * r[j];
      if (w < 0) return false;
    }
    return true;
  }

  long count() const {
    long found = 0;
    Vector inverse(N * N, 0.0), x(q), column(N);
    for (int i = 0; i < N; i++) inverse[i * N + i] = 1;
    std::vector<char> active(N, 0);
    for (uint64_t code = 0;; code++) {
      bool feasible = true;
      for (int i = 0; i < N && feasible; i++) feasible = x[i] >= -1e-9;
      if (feasible && confirms(active)) found++;
      if (code + 1 >= (uint64_t{1} << N)) return found;
      const int flip = __builtin_ctzll(code + 1);
      active[flip] ^= 1;
      for (int r = 0; r < N; r++) {
        double v = 0;
        if (active[flip])
          for (int k = 0; k < N; k++) v -= inverse[r * N + k] * T[k * N + flip];
        else
          v = inverse[r * N + flip];
        column[r] = v;
      }
      double pivot = column[flip];
      if (std::fabs(pivot) < 1e-13) pivot = pivot < 0 ? -1e-13 : 1e-13;
      double* top = &inverse[flip * N];
      for (int k = 0; k < N; k++) top[k] /= pivot;
      x[flip] /= pivot;
      for (int r = 0; r < N; r++) {
        if (r == flip || column[r] == 0) continue;
        double* row = &inverse[r * N];
        for (int k = 0; k < N; k++) row[k] -= column[r] * top[k];
        x[r] -= column[r] * x[flip];
      }
    }
  }
};

int main(int, char** arguments) {
  openblas_set_num_threads(1);
  FILE* file = std::fopen(arguments[1], "r");
  int M = 0, N = 0;
  char kind[64];
  if (!file || std::fscanf(file, "%63s %d %d", kind, &M, &N) != 3) return 1;
  const Vector A = read(file, M * M), W1 = read(file, M * N), W2 = read(file, N * M), h1 = read(file, M),
               h2 = read(file, N);
  std::fclose(file);
  Vector S(M * M), R(M * (N + 1));
  for (int i = 0; i < M; i++)
    for (int j = 0; j < M; j++) S[i + j * M] = (i == j) - A[i * M + j];
  for (int u = 0; u < N; u++)
    for (int i = 0; i < M; i++) R[i + u * M] = W1[i * N + u];
  for (int i = 0; i < M; i++) R[i + N * M] = h1[i];
  if (!solve(M, S, R, N + 1)) return 3;
  Problem problem{N, Vector(N * N), Vector(N)};
  for (int u = 0; u < N; u++) {
    for (int v = 0; v <= N; v++) {
      double s = 0;
      for (int i = 0; i < M; i++) s += W2[u * M + i] * R[i + v * M];
      if (v < N) problem.T[u * N + v] = (u == v) - s;
      else problem.q[u] = -s - h2[u];
    }
  }
  const auto begin = std::chrono::steady_clock::now();
  const long found = problem.count();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("{\"count\":%ld,\"seconds\":%.6f}\n", found, seconds);
}
