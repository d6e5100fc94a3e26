"""runs golden of durianpay with demo seed"""
import asyncio, json, re, glob, sys
import pytest, httpx
from gerai.demo import DemoShop, durianpay
from gerai.engine.merchants.open import open_merchant
def match(exp, got, path=''):
    if isinstance(exp,str) and exp.startswith('<') and exp.endswith('>'):
        if exp=='<any>': return
        if exp=='<string>': assert isinstance(got,str),path; return
        if exp=='<int>': assert isinstance(got,int),path; return
        if exp.startswith('<re:'): assert re.fullmatch(exp[4:-1],got,re.S),(path,exp,got); return
    if isinstance(exp,dict):
        assert isinstance(got,dict) and set(exp)==set(got),(path,set(exp)^set(got))
        for k in exp: match(exp[k],got[k],path+'/'+k)
    elif isinstance(exp,list):
        assert len(exp)==len(got),path
        for i,(a,b) in enumerate(zip(exp,got)): match(a,b,path+f'/{i}')
    else: assert exp==got,(path,exp,got)
async def test_golden(client,engine):
    mid=await open_merchant(engine,'gold-dp','Toko Demo',simulated=True)
    async with engine.reads.connection() as c: sec=await durianpay.seed(DemoShop(engine,mid,c))
    saved={}
    def fill(o):
        if isinstance(o,str):
            return re.sub(r'\{(durianpay|saved)\.(\w+)\}',lambda m:(sec if m[1]=='durianpay' else saved)[m[2]],o)
        if isinstance(o,dict): return {k:fill(v) for k,v in o.items()}
        if isinstance(o,list): return [fill(x) for x in o]
        return o
    for f in sorted(glob.glob('/work/main/src/gerai/doors/dialects/durianpay/golden/*.json')):
        g=json.load(open(f)); r=g['request']
        content=json.dumps(fill(r['body'])).encode() if 'body' in r else None
        x=await client.request(r['method'],fill(r['path']),headers=fill(r['headers']),content=content)
        assert x.status_code==g['response']['status'],(f,x.text)
        match(fill(g['response']['body']),x.json(),f)
        for n,p in g.get('save',{}).items():
            v=x.json()
            for part in p.strip('/').split('/'): v=v[part]
            saved[n]=v
    shown=await durianpay.show(client,sec)
    for s in shown: print(s.title,s.status,s.pay_url); print(s.curl[:200])
    page=await client.get(shown[1].pay_url); print(page.status_code, re.sub(r'<[^>]+>|\s+',' ',page.text)[:800]); assert 'jane' not in page.text.lower()
