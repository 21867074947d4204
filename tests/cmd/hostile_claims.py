#!/usr/bin/python3
"""hostile_claims.py - files whose headers claim what is not so, written here.

    head-*   records and arrays       bad-*   models       code-*   codes
    route-*  routes                   wav-*   sounds
"""
import json, struct, numpy as np
def st(head, data=b"", n=None):
    t=json.dumps(head).encode() if not isinstance(head,bytes) else head
    return struct.pack("<Q", len(t) if n is None else n)+t+data
def w(n,b): open(n,"wb").write(b)
T=lambda shape,off,d="F32": {"dtype":d,"shape":shape,"data_offsets":off}
def npy(shape, descr="<f4"):
    h=("{'descr': '%s', 'fortran_order': False, 'shape': %s, }"%(descr,shape)).encode()
    h+=b" "*(-(len(h)+11)%64)+b"\n"
    return b"\x93NUMPY\1\0"+struct.pack("<H",len(h))+h
w("head-len60", struct.pack("<Q",1<<60)+b"{}")
w("head-len99M", struct.pack("<Q",99999999)+b"{"+b" "*100)
w("head-shape40", st({"x":T([1<<40],[0,1<<42])}))
w("head-shapewrap", st({"x":T([1<<32,1<<32],[0,0])}))
w("head-overlap", st({"x":T([4],[0,16]),"y":T([4],[8,24])}, bytes(24)))
w("head-beyond", st({"x":T([4],[16,32])}, bytes(16)))
w("head-negative", st(b'{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',bytes(4)))
w("head-npy40", npy("(1099511627776,)"))
w("head-npy40x", npy("(1099511627776, 4)"))
w("head-npywrap", npy("(4294967296, 4294967296)"))
w("head-npyf", npy("(1099511627776, 4)").replace(b"'fortran_order': False",b"'fortran_order': True ").replace(b"<f4",b"<f4"))
meta=lambda **k: {"format":"1","kind":"model","type":"kmeans","net":"none","media":"rows","dim":"4","d":"4","stages":"1","groups":"1","codes":"8",**{a:str(b) for a,b in k.items()}}
def model(name, m, tensors):
    h={"__metadata__":m}; d=b""
    for k,a in tensors.items():
        a=np.asarray(a,"<f4"); h[k]=T(list(a.shape),[len(d),len(d)+a.nbytes]); d+=a.tobytes()
    w(name, st(h,d))
Q=np.random.default_rng(1).normal(size=(8,4))
ok={"transform.mu":np.zeros(4),"transform.scale":[1],"quantize.embedding.weight":Q}
model("model-fine",meta(),ok)
model("bad-k40",meta(codes=1<<40),ok)
model("bad-k9",meta(codes=9),ok)
model("bad-d5",meta(d=5),ok)
model("bad-dim9e18",meta(dim=9*10**18,d=9*10**18),ok)
model("bad-stages",meta(stages=1<<20),ok)
model("bad-groups",meta(groups=1<<20),ok)
model("bad-stagesg",meta(stages=1<<40,groups=1<<40),ok)
model("bad-noscale",meta(),{k:v for k,v in ok.items() if k!="transform.scale"})
model("bad-scale0",meta(),{**ok,"transform.scale":[0]})
model("bad-scalenan",meta(),{**ok,"transform.scale":[np.nan]})
model("bad-munan",meta(),{**ok,"transform.mu":np.full(4,np.nan)})
model("bad-qnan",meta(),{**ok,"quantize.embedding.weight":Q*np.nan})
model("bad-qinf",meta(),{**ok,"quantize.embedding.weight":Q*np.inf})
model("bad-long",meta(),{**ok,"quantize.embedding.weight":Q*1e38})
model("bad-W",meta(type="simvq"),{**ok,"quantize.embedding_proj.weight":np.ones((4,3)),"quantize.embedding_proj.bias":np.ones(4)})
model("bad-Wb",meta(type="simvq"),{**ok,"quantize.embedding_proj.weight":np.eye(4),"quantize.embedding_proj.bias":np.ones(5)})
model("bad-conv",meta(net="conv",media="image",patch=8,channels=3,dim=192,d=192,width=128,depth="1000000000+1"),{**ok,"transform.mu":np.zeros(192),"quantize.embedding.weight":np.zeros((8,192))})
model("bad-patch",meta(media="image",patch=1<<31,channels=3),ok)
model("bad-hop",meta(media="audio",patch=1<<40,sample_rate=8000),ok)
model("bad-rate",meta(media="audio",patch=4,sample_rate=0),ok)
model("bad-moe",{"kind":"moe","format":"1","experts":str(1<<40),"layers":str(10**9)},ok)
model("bad-img-as-audio",meta(media="audio",patch=8,sample_rate=8000),ok)
def rec(name,t,m):
    h={"__metadata__":m}; d=b""
    S={"<f4":"F32","|u1":"U8","<i8":"I64","<u2":"U16","|i1":"I8","<u4":"U32","<f8":"F64"}
    for k,a in t.items():
        h[k]=T(list(a.shape),[len(d),len(d)+a.nbytes],S[a.dtype.str]); d+=a.tobytes()
    w(name, st(h,d))
c=dict(kind="codes",media="rows",codes="8",item="i",last="1")
rec("fine.codes",{"codes":np.zeros((5,1),"u1")},c)
rec("code-big",{"codes":np.full((5,1),8,"u1")},c)
rec("code-negative",{"codes":np.full((5,1),-1,"<i8")},c)
rec("code-negi8",{"codes":np.full((5,1),-1,"i1")},c)
rec("code-i64",{"codes":np.full((5,1),1<<40,"<i8")},c)
rec("code-f32",{"codes":np.full((5,1),1.5,"<f4")},c)
rec("code-rank0",{"codes":np.array(1,"u1")},c)
rec("code-stages",{"codes":np.zeros((1,1<<20),"u1")},c)
rec("code-cols0",{"codes":np.zeros((5,0),"u1")},c)
rec("code-img",{"codes":np.zeros((1,1,1),"u1")},{**c,"media":"image","width":str(1<<40),"height":str(1<<40)})
r=dict(kind="routes",experts="4",item="i",last="1")
rec("fine.routes",{"experts":np.zeros((5,2),"<u2"),"gates":np.ones((5,2),"<f4")},r)
rec("route-big",{"experts":np.full((5,2),9,"<u2"),"gates":np.ones((5,2),"<f4")},r)
rec("route-nan",{"experts":np.zeros((5,2),"<u2"),"gates":np.full((5,2),np.nan,"<f4")},r)
rec("route-inf",{"experts":np.zeros((5,2),"<u2"),"gates":np.full((5,2),np.inf,"<f4")},r)
rec("route-E40",{"experts":np.zeros((5,2),"<u2")},{**r,"experts":str(1<<40)})
rec("route-shape",{"experts":np.zeros((5,2),"<u2"),"gates":np.ones((4,2),"<f4")},r)
rec("route-margin",{"experts":np.zeros((5,2),"<u2"),"codes":np.zeros(5,"<u4"),"margin":np.full(5,np.nan,"<f4")},r)
np.save("x.npy",np.random.default_rng(2).normal(size=(30,4)).astype("f4"))
w("wav-32", b"RIFF"+struct.pack("<I",0xf0000024)+b"WAVEfmt "+struct.pack("<IHHIIHH",16,1,1,8000,16000,2,16)+b"data"+struct.pack("<I",0xf0000000)+bytes(100))
w("wav-channels", b"RIFF"+struct.pack("<I",136)+b"WAVEfmt "+struct.pack("<IHHIIHH",16,1,65535,8000,16000,65535,16)+b"data"+struct.pack("<I",100)+bytes(100))
