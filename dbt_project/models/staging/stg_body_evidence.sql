with source as (
    select * from {{ source('staging_frames', 'body_evidence') }}
)

select * from source
