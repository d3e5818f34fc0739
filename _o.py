import time,sys
from pathlib import Path
from chalicelib.analysis.models import Models, ModelFile
from chalicelib.analysis.open_media import open_media
from chalicelib.analysis.analyzer import FaceAnalyzer
from chalicelib.analysis.frames import MediaLimits
from chalicelib.analysis.score_streams import scored
from chalicelib.domain.job_names import RECIPES
from chalicelib.domain.metrics import deployed_metrics
from chalicelib.formats.result_files import ResultFiles
import tempfile
m=Models(Path('models'))
for f in ModelFile: m.session(f)
def go(path,name):
    r=[v for k,v in RECIPES.items() if str(k)==name][0]
    ms=r.metrics(expressions_only=False)
    with open_media(Path(path),MediaLimits()) as med, tempfile.TemporaryDirectory() as d:
        a=FaceAnalyzer(m,mesh=r.mesh,max_faces=r.max_faces,metrics=deployed_metrics(expressions_only=False),scores=r.scores)
        n=0; c=time.process_time();t=time.perf_counter()
        with ResultFiles(r,ms,Path(d),'x.mp4',provider='cpu') as res:
            for fr in scored(a.analyze(med.frames()),r.scores,ms):
                res.write(fr); n+=1
            res.close()
        dt=time.perf_counter()-t
        print(path.split('/')[-1],name,n,'fps %.1f'%(n/dt),'cpu/frame ms %.1f'%(1e3*(time.process_time()-c)/n),flush=True)
if __name__=='__main__':
    for _ in range(2):
        for j in ('multiface','sdk-metrics'): go('/work/shared/media/videos/WolfgangLanger_Pexels.mp4',j)
