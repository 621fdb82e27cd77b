with source as (
    select * from {{ source('staging_frames', 'documents') }}
)

select * from source
