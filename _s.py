import cProfile,pstats,_o,threading,sys
# per-thread CPU
import time
from chalicelib.analysis import read_ahead as R
orig=R._Reader.run
def run(self):
    t=time.thread_time(); orig(self); print(threading.current_thread().name,'thread cpu ms/frame',1e3*(time.thread_time()-t)/472)
R._Reader.run=run
t=time.thread_time(); _o.go('/work/shared/media/videos/WolfgangLanger_Pexels.mp4',sys.argv[1]); print('main',1e3*(time.thread_time()-t)/472)
