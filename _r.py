import sys
from pathlib import Path
from infra.benchmark import ours
m=ours.loaded_models()
for k in range(2):
  for c in ('two_faces','five_faces_25','full_hd'):
    for j in ('multiface','sdk-metrics'):
        r=ours.run(Path(f'build/bench/{c}.mp4'),j,m); print(c,j,'fps %.1f cpu/frame %.1f cores %.2f'%(r.frames/r.wall_s,1e3*r.cpu_s/r.frames,r.cpu_s/r.wall_s))
