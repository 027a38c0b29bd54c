def handler(job, context):
    looks = job["looks"] + 1
    return {**job, "looks": looks, "jobStatus": job["ends"] if looks >= 3 else "running"}
