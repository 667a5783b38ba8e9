import hashlib, base64
from pipeline import aws
def probe():
    s3=aws.client("s3"); b=aws.bucket("results"); body=b"x"*(11*1024*1024)
    s3.put_object(Bucket=b,Key="a",Body=body,Metadata={"sha256":"q"},ContentType="text/x-vcf")
    r=s3.copy_object(Bucket=b,Key="b",CopySource={"Bucket":b,"Key":"a"},StorageClass="GLACIER",ChecksumAlgorithm="SHA256"); print("COPY",r.get("CopyObjectResult"))
    h=s3.head_object(Bucket=b,Key="b",ChecksumMode="ENABLED"); h.pop("ResponseMetadata");print("HEAD",h)
    print(base64.b64encode(hashlib.sha256(body).digest()))
    u=s3.create_multipart_upload(Bucket=b,Key="c",StorageClass="GLACIER",ChecksumAlgorithm="SHA256",ChecksumType="COMPOSITE",Metadata={"sha256":"q"})["UploadId"]
    ps=[]
    for i,(x,y) in enumerate([(0,5*2**20-1),(5*2**20,10*2**20-1),(10*2**20,11*2**20-1)],1):
        r=s3.upload_part_copy(Bucket=b,Key="c",UploadId=u,PartNumber=i,CopySource={"Bucket":b,"Key":"a"},CopySourceRange=f"bytes={x}-{y}"); print("PART",r["CopyPartResult"])
        d=hashlib.sha256(body[x:y+1]).digest(); print(base64.b64encode(d))
        p={"PartNumber":i,"ETag":r["CopyPartResult"]["ETag"]}
        if "ChecksumSHA256" in r["CopyPartResult"]: p["ChecksumSHA256"]=r["CopyPartResult"]["ChecksumSHA256"]
        ps.append(p)
    r=s3.complete_multipart_upload(Bucket=b,Key="c",UploadId=u,MultipartUpload={"Parts":ps}); r.pop("ResponseMetadata"); print("COMPLETE",r)
    h=s3.head_object(Bucket=b,Key="c",ChecksumMode="ENABLED"); h.pop("ResponseMetadata");print("HEAD",h)
    for k in("b","c"):
        try: print(s3.get_object(Bucket=b,Key=k)["ContentLength"])
        except Exception as e: print(repr(e))
    try: print(s3.copy_object(Bucket=b,Key="d",CopySource={"Bucket":b,"Key":"b"},ChecksumAlgorithm="SHA256")["CopyObjectResult"])
    except Exception as e: print(repr(e))
    print(s3.restore_object(Bucket=b,Key="b",RestoreRequest={"Days":7,"GlacierJobParameters":{"Tier":"Expedited"}})["ResponseMetadata"]["HTTPStatusCode"])
    h=s3.head_object(Bucket=b,Key="b",ChecksumMode="ENABLED"); h.pop("ResponseMetadata");print("HEAD",h)
    import time; time.sleep(2.5)
    h=s3.head_object(Bucket=b,Key="b"); print(h.get("Restore"), h.get("StorageClass"))
    try: print(s3.copy_object(Bucket=b,Key="b",CopySource={"Bucket":b,"Key":"b"},StorageClass="STANDARD",ChecksumAlgorithm="SHA256")["CopyObjectResult"])
    except Exception as e: print(repr(e))
    h=s3.head_object(Bucket=b,Key="b",ChecksumMode="ENABLED"); h.pop("ResponseMetadata");print("HEAD",h)
def test_moto(moto_aws): probe()
def test_mini(ministack_aws): probe()
